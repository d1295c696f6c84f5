"""A fit, asked for as a user asks: from a file, by name or by itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nextdollar.errors import FitError, InputError, RunsError
from nextdollar.research import fit, read_runs
from nextdollar.scaling import Chinchilla, PowerLaw

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "scaling"
EPOCH = SHARED / "chinchilla_epoch.csv"
SURFACE = Chinchilla(E=1.7, A=400.0, alpha=0.34, B=1500.0, beta=0.36)


def written(path: Path, params, tokens, loss) -> Path:
    """Write runs as a plain table with every digit."""
    rows = [f"{n!r},{d!r},{value!r}" for n, d, value in zip(params, tokens, loss, strict=True)]
    path.write_text("\n".join(["params,tokens,loss", *rows]) + "\n")
    return path


@pytest.fixture
def surface_file(tmp_path):
    """Return runs that lie on a known surface: eight budgets, six sizes each."""
    flop = np.repeat(np.geomspace(1e18, 1e21, 8), 6)
    params = np.sqrt(flop / 120) * np.tile(np.geomspace(0.3, 3, 6), 8)
    tokens = flop / (6 * params)
    return written(
        tmp_path / "surface.csv", params.tolist(), tokens.tolist(), SURFACE.loss(params, tokens).tolist()
    )


@pytest.mark.skipif(not EPOCH.exists(), reason="the shared runs of published studies are not here")
def test_the_optimum_of_the_published_objective_is_found():
    # shared/facts/scaling.md, F1 and F2: Huber loss of log residuals, delta 1e-3, 240 points.
    found = fit(EPOCH, law="chinchilla", where="epoch_outlier == 0", n_draws=200).fit
    assert found.n_runs == 240
    assert found.objective == pytest.approx(1.0182740178006e-3, rel=1e-9)
    assert found.parameters["A"] == pytest.approx(477.8259, rel=1e-4)
    assert found.parameters["B"] == pytest.approx(2143.417, rel=1e-4)
    assert found.parameters["E"] == pytest.approx(1.8172181, rel=1e-6)
    assert found.parameters["alpha"] == pytest.approx(0.3473105, rel=1e-6)
    assert found.parameters["beta"] == pytest.approx(0.3671724, rel=1e-6)
    assert found.starts_agreeing >= 10
    assert found.interval_95["E"][0] < 1.8172 < found.interval_95["E"][1]


def test_a_surface_without_noise_is_found_again_with_its_best_split(surface_file):
    found = fit(surface_file, law="chinchilla", n_draws=128)
    for name, value in found.fit.parameters.items():
        assert value == pytest.approx(getattr(SURFACE, name), rel=1e-6)
    assert found.budgets_flop == (1e20, 1e21, 1e22, 1e23)
    assert found.frontier is not None
    np.testing.assert_allclose(
        found.frontier.loss_nats["p50"], SURFACE.frontier().loss(found.frontier.flop), rtol=1e-6
    )


def test_every_run_has_its_influence_and_each_coefficient_its_profile(surface_file):
    found = fit(surface_file, law="chinchilla", n_draws=128)
    assert found.influence is not None and found.influence.run.size == 48
    assert found.best_params_without is not None and found.best_params_without.shape == (48,)
    assert found.sensitivity is not None and len(found.sensitivity.objectives) >= 3
    for name, profile in found.profiles.items():
        assert profile.interval_95[0] <= found.fit.parameters[name] <= profile.interval_95[1]


def test_auto_says_which_forms_it_compared(surface_file):
    found = fit(surface_file, n_draws=128)
    assert found.law_asked == "auto"
    assert found.choice is not None
    assert found.fit.form in found.choice.errors
    assert found.fit.form in found.choice.words


def test_a_table_that_was_read_gives_the_same_fit_as_its_file(surface_file):
    from_file = fit(surface_file, law="kaplan", n_draws=128, seed=5)
    from_table = fit(read_runs(surface_file), law="kaplan", n_draws=128, seed=5)
    assert from_file.fit.parameters == from_table.fit.parameters
    assert from_file.fit.standard_errors == from_table.fit.standard_errors


def test_the_seed_decides_the_draws_and_nothing_else(surface_file):
    first, again, other = (fit(surface_file, law="chinchilla", n_draws=128, seed=s).fit for s in (1, 1, 2))
    np.testing.assert_array_equal(first.draws["E"], again.draws["E"])
    assert (first.draws["E"] != other.draws["E"]).any()
    assert first.parameters == other.parameters


def test_runs_of_one_size_get_a_law_in_tokens_and_no_best_split(tmp_path):
    tokens = np.geomspace(1e9, 1e11, 9)
    law = PowerLaw(E=2.5, A=900.0, alpha=0.33, variable="tokens")
    file = written(tmp_path / "one.csv", [1e8] * 9, tokens.tolist(), law.loss(1e8, tokens).tolist())
    found = fit(file, law="power-tokens", n_draws=128)
    assert found.fit.parameters["alpha"] == pytest.approx(0.33, rel=1e-5)
    assert found.budgets_flop == ()
    assert found.frontier is None and found.isoflop == () and found.best_params_without is None


class TestRefusals:
    def test_two_runs_are_no_fit(self, tmp_path):
        file = written(tmp_path / "two.csv", [1e8, 4e8], [2e9, 8e9], [3.2, 2.8])
        with pytest.raises(FitError, match="no trustworthy fit") as caught:
            fit(file, law="chinchilla")
        assert caught.value.exit_code == 3

    def test_both_wrong_names_are_told_at_once_with_the_nearest(self, surface_file):
        with pytest.raises(RunsError) as caught:
            fit(surface_file, law="chinchila", objective="hubr")
        assert [fault.where for fault in caught.value.faults] == ["--law", "--objective"]
        assert caught.value.faults[0].hint == "did you mean chinchilla?"

    def test_a_condition_does_not_go_with_a_table_that_was_read(self, surface_file):
        with pytest.raises(InputError, match="give it to read_runs"):
            fit(read_runs(surface_file), where="flop < 1e20")


def test_a_pinned_floor_is_held_exactly_and_has_no_error(surface_file):
    found = fit(surface_file, law="chinchilla", pinned_E_nats=1.7, n_draws=128).fit
    assert found.parameters["E"] == 1.7
    assert found.standard_errors["E"] == 0
    assert found.interval_95["E"] == (1.7, 1.7)
    assert found.standard_errors["A"] > 0


def test_a_floor_cannot_be_pinned_in_a_form_without_one_nor_below_0(surface_file):
    with pytest.raises(RunsError) as caught:
        fit(surface_file, law="kaplan", pinned_E_nats=-1.0)
    assert [fault.where for fault in caught.value.faults] == ["--pin-E", "--law"]
