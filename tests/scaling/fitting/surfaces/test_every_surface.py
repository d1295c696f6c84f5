"""What the minimiser relies on, for every form that can be fitted."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from nextdollar.scaling.fitting.forms import FORMS
from nextdollar.scaling.fitting.surfaces.function import FunctionSurface
from nextdollar.scaling.runs import runs_of

GENERATOR = np.random.default_rng(3)
N, D = np.exp(GENERATOR.uniform(17, 24, 40)), np.exp(GENERATOR.uniform(20, 26, 40))
RUNS = dataclasses.replace(
    runs_of(N, D, 1.7 + 400 / N**0.34 + 410 / D**0.28),
    unique_tokens=D / np.exp(GENERATOR.uniform(0, 4, 40)),
    experts=np.exp2(GENERATOR.integers(0, 9, 40)).astype(float),
)


@pytest.mark.parametrize("centred", [True, False], ids=["centred", "uncentred"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
class TestEverySurface:
    def place(self, form, centred):
        surface = form.surface(RUNS, centred)
        return surface, form.starts(surface, RUNS.loss_nats, None)[:4]

    def test_slopes_are_those_of_the_value(self, form, centred):
        # Richardson's combination of two central differences: error of order h**4.
        surface, theta = self.place(form, centred)
        jacobian = surface.at(theta).jacobian
        for k in range(theta.shape[1]):
            h = 1e-4 * np.maximum(np.abs(theta[:, k]), 0.1)[:, None]
            unit = np.eye(theta.shape[1])[k]

            def difference(times, h=h, unit=unit):
                ahead, behind = surface.at(theta + times * h * unit), surface.at(theta - times * h * unit)
                return (ahead.value - behind.value) / (2 * times * h)

            slope = (4 * difference(0.5) - difference(1.0)) / 3
            size = np.abs(slope).max() + 1e-3
            np.testing.assert_allclose(jacobian[:, k], slope, atol=2e-8 * size)

    def test_curvature_is_that_of_the_slopes(self, form, centred):
        surface, theta = self.place(form, centred)
        jet = surface.at(theta)
        slopes = np.random.default_rng(5).normal(size=jet.value.shape)
        curved = jet.curvature(slopes)
        whole = curved.matrix + (jet.jacobian * curved.rank_one[:, None]) @ jet.jacobian.transpose(0, 2, 1)
        for k in range(theta.shape[1]):
            step = 1e-5 * np.maximum(np.abs(theta[:, k]), 0.1)[:, None] * np.eye(theta.shape[1])[k]
            change = surface.at(theta + step).jacobian - surface.at(theta - step).jacobian
            row = (change * slopes[:, None]).sum(axis=2) / (2 * step[:, k, None])
            np.testing.assert_allclose(whole[:, k], row, atol=1e-6 * np.abs(whole).max())

    def test_one_batch_equals_one_call_per_item(self, form, centred):
        surface, theta = self.place(form, centred)
        together = surface.at(theta)
        for row, item in enumerate(theta):
            alone = surface.at(item[None])
            np.testing.assert_allclose(together.value[row], alone.value[0], rtol=1e-14, atol=1e-14)
            np.testing.assert_allclose(together.jacobian[row], alone.jacobian[0], rtol=1e-12, atol=1e-13)

    def test_gives_the_log_loss_of_its_law(self, form, centred):
        surface, theta = self.place(form, centred)
        values = {name: float(column[0]) for name, column in form.law_coefficients(surface, theta).items()}
        law = form.law(values, RUNS)
        if form.name == "data-constrained":
            law = dataclasses.replace(law, unique_tokens=RUNS.unique_tokens)
        if form.name == "routed-moe":
            law = dataclasses.replace(law, experts=RUNS.experts)
        np.testing.assert_allclose(np.log(law.loss(N, D)), surface.at(theta).value[0], atol=1e-13)

    def test_the_uncentred_coefficients_make_the_same_law(self, form, centred):
        surface, theta = self.place(form, centred)
        moved = form.surface(RUNS, False).at(form.uncentred(surface, theta))
        np.testing.assert_allclose(moved.value, surface.at(theta).value, atol=1e-12)

    def test_a_coefficient_that_can_be_held_rises_with_its_column(self, form, centred):
        surface, theta = form.surface(RUNS, False), self.place(form, False)[1]
        for name, column in form.profiled.items():
            higher = theta + 1e-3 * np.eye(theta.shape[1])[column]
            rise = form.law_coefficients(surface, higher)[name] - form.law_coefficients(surface, theta)[name]
            assert (rise > 0).all()


def test_complex_steps_give_the_slopes_of_the_chinchilla_surface_to_rounding():
    surface = FORMS["chinchilla"].surface(RUNS, True)
    theta = FORMS["chinchilla"].starts(surface, RUNS.loss_nats, None)

    def log_loss(E, a, alpha, b, beta):
        return np.log(E + np.exp(a - alpha * surface.n) + np.exp(b - beta * surface.d))

    by_steps = FunctionSurface(log_loss, surface.names, surface.lower, surface.upper)
    np.testing.assert_allclose(surface.at(theta).jacobian, by_steps.slopes(theta), rtol=1e-12, atol=1e-14)
