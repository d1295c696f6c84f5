"""The door to the catalogue."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nextdollar.catalogue import load


def test_what_is_asked_twice_is_read_once():
    assert load.accelerators() is load.accelerators()
    assert load.fitted_laws() is load.fitted_laws()
    assert load.price_rows() is load.price_rows()


def test_the_catalogue_cannot_be_changed_by_who_asks():
    with pytest.raises(TypeError):
        load.accelerators()["H100-SXM"] = None
    with pytest.raises(TypeError):
        load.fitted_laws()["hoffmann-2022"] = None


def test_neither_import_nor_question_loads_scipy_or_pandas():
    asked = (
        "import sys; from nextdollar.catalogue.load import accelerator, fitted_law, rent_price; "
        "accelerator('H100'), fitted_law(), rent_price('H100'); "
        "print([name for name in ('scipy', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
