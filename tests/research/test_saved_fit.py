"""A fit that was saved is the fit that is read, to the last digit, and nothing else is read."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from nextdollar.errors import CatalogueError, OutputError, RunsError
from nextdollar.report.schemas import shipped_schema
from nextdollar.research import fit, named_law, read_fit, save_fit
from nextdollar.research.saved_fit_shape import FIT_SCHEMA, SAVED_FIT_SCHEMA

GADRE = files("nextdollar.catalogue") / "scenarios" / "gadre-c4-runs.csv"


@pytest.fixture(scope="module")
def fitted():
    """Return a fit to the runs that come with the package."""
    return fit(str(GADRE), law="chinchilla", n_draws=128, seed=3)


@pytest.fixture
def saved(fitted, tmp_path):
    """Return the file of that fit."""
    save_fit(fitted, tmp_path / "FIT.json")
    return tmp_path / "FIT.json"


def edited(path, **changes):
    """Return the file with other values at the top."""
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, **changes}))
    return path


class TestThereAndBack:
    def test_every_coefficient_and_every_draw_comes_back_to_the_last_digit(self, fitted, saved):
        read = read_fit(saved)
        assert read.law == fitted.fit.law
        for item in fields(fitted.fit.law):
            if item.name != "domain":
                np.testing.assert_array_equal(getattr(read.draws, item.name), fitted.fit.draws[item.name])

    def test_the_draws_of_a_forecast_come_back_too(self, saved):
        law = named_law(str(saved)).forecast
        assert law is not None and law.n_draws == 128
        again = read_fit(saved).forecast
        np.testing.assert_array_equal(law.loss(7e10, 1.4e12), again.loss(7e10, 1.4e12))

    def test_the_draws_of_a_forecast_widen_with_the_distance(self, saved):
        law = named_law(str(saved)).forecast
        spreads = [np.ptp(np.quantile(np.log(law.loss(N, 20 * N)), [0.05, 0.95])) for N in (1e10, 1e11, 1e12)]
        assert (np.diff(spreads) > 0).all()

    def test_the_file_says_which_table_it_came_from(self, fitted, saved):
        content = json.loads(saved.read_text())
        assert content["files"] == [{"file": str(GADRE), "sha256": fitted.table.sha256}]
        assert content["versions"].keys() == {"nextdollar", "numpy", "scipy"}
        assert content["conventions"]["loss_unit"] == "nats per token"

    def test_the_same_fit_makes_the_same_bytes(self, fitted, saved, tmp_path):
        save_fit(fitted, tmp_path / "again.json")
        assert (tmp_path / "again.json").read_bytes() == saved.read_bytes()

    def test_it_meets_its_schema(self, saved):
        schema = Draft202012Validator(shipped_schema("saved-fit"))
        assert list(schema.iter_errors(json.loads(saved.read_text()))) == []

    def test_fit_saves_when_it_is_asked_to(self, tmp_path):
        found = fit(str(GADRE), law="kaplan", n_draws=128, save=tmp_path / "k.json")
        assert read_fit(tmp_path / "k.json").law == found.fit.law

    def test_a_place_that_cannot_be_written_is_told(self, fitted, tmp_path):
        with pytest.raises(OutputError, match="cannot be written"):
            save_fit(fitted, tmp_path / "no" / "FIT.json")


class TestNames:
    def test_a_name_of_the_catalogue_has_no_draws(self):
        found = named_law("epoch-2024")
        assert found.draws is None and found.forecast is None and not found.is_own
        assert found.sources[0].work.startswith("Besiroglu")

    def test_an_own_fit_names_its_table_as_its_source(self, saved):
        found = named_law(str(saved))
        assert found.is_own
        assert found.sources[0].work == "own fit to gadre-c4-runs.csv"
        assert found.files[0][0] == str(saved)

    def test_an_unknown_name_is_told_with_the_nearest(self):
        with pytest.raises(CatalogueError, match=r"hoffmann-2022.*FIT\.json"):
            named_law("hofmann-2022")

    def test_what_fit_prints_is_read_without_draws(self, saved):
        content = json.loads(saved.read_text())
        for name in ("parameter_draws", "forecast"):
            del content[name]
        saved.write_text(json.dumps({**content, "schema": FIT_SCHEMA}))
        assert named_law(str(saved)).draws is None


class TestRefusals:
    def test_a_file_that_is_not_there_is_refused_by_name(self, tmp_path):
        with pytest.raises(RunsError, match="must exist"):
            named_law(str(tmp_path / "none.json"))

    @pytest.mark.parametrize("text", ["{", "[1, 2]", "nonsense", '{"schema": "else"}', "NaN", "[" * 100_000])
    def test_what_is_no_fit_is_refused_in_one_sentence(self, tmp_path, text):
        file = tmp_path / "x.json"
        file.write_text(text)
        with pytest.raises(RunsError) as caught:
            read_fit(file)
        assert [fault.code for fault in caught.value.faults] == ["ND2011"]

    def test_several_faults_come_at_once(self, saved):
        edited(saved, parameters={"E": 1.8, "A": 400, "alpha": 0.3, "B": 400, "gamma": 1}, law="chinchilla")
        with pytest.raises(RunsError) as caught:
            read_fit(saved)
        told = {(fault.where, fault.rule) for fault in caught.value.faults}
        assert ("parameters.gamma", "is no coefficient of chinchilla") in told
        assert ("parameters.beta", "is missing") in told

    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            ({"parameters": {"E": "low"}}, "parameters.E"),
            ({"parameters": {}}, "parameters"),
            ({"law": "no such form"}, "law"),
            ({"parameter_draws": {"E": [1.0, 2.0], "A": [1.0]}}, "parameter_draws"),
            ({"parameter_draws": {"E": []}}, "parameter_draws"),
            ({"parameter_draws": {"zeta": [1.0]}}, "parameter_draws.zeta"),
            ({"files": [{"file": "x", "sha256": "short"}]}, "files.0.sha256"),
            ({"domain": {"params_low": -1}}, "domain.params_low"),
            ({"forecast": {"law": {}}}, "forecast.domain"),
        ],
    )
    def test_a_wrong_value_is_told_at_its_place(self, saved, changes, where):
        with pytest.raises(RunsError) as caught:
            read_fit(edited(saved, **changes))
        assert where in {fault.where for fault in caught.value.faults}
        assert all(fault.hint for fault in caught.value.faults)

    def test_coefficients_that_make_no_law_are_refused(self, saved):
        content = json.loads(saved.read_text())
        with pytest.raises(RunsError, match="must make a law, got alpha must be above 0"):
            read_fit(edited(saved, parameters={**content["parameters"], "alpha": -1.0}))

    def test_coefficients_whose_loss_is_no_number_are_refused(self, saved):
        content = json.loads(saved.read_text())
        with pytest.raises(RunsError, match="must make a law, got the loss of its runs must be finite"):
            read_fit(edited(saved, parameters={**content["parameters"], "alpha": 1e308}))

    @given(places=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_damaged_file_is_read_or_refused_and_nothing_else(self, saved, places):
        content = bytearray(saved.read_bytes())
        for place, byte in places:
            content[place % len(content)] = byte
        damaged = saved.with_name("damaged.json")
        damaged.write_bytes(content)
        try:
            assert np.isfinite(read_fit(damaged).law.loss(1e9, 2e10))
        except RunsError as refused:
            assert refused.faults

    def test_uneven_draws_of_a_forecast_are_refused(self, saved):
        content = json.loads(saved.read_text())
        content["forecast"]["misfit"] = content["forecast"]["misfit"][:5]
        with pytest.raises(RunsError, match="as many draws"):
            read_fit(edited(saved, forecast=content["forecast"]))

    def test_the_name_of_its_schema_is_its_own(self, saved):
        assert json.loads(saved.read_text())["schema"] == SAVED_FIT_SCHEMA
