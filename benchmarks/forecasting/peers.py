"""What others do: one law of five coefficients, and the bootstrap as its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from nextdollar.scaling.fitting.minimise import minimise
from nextdollar.scaling.fitting.problem import Problem
from nextdollar.scaling.fitting.surfaces.chinchilla import ChinchillaSurface
from nextdollar.scaling.laws import Chinchilla
from nextdollar.scaling.runs import Runs

N_BOOTSTRAPS = 400
OVERESTIMATE_PENALTY = 10.0
"""Default of the package `chinchilla` 0.2.0: absolute log errors, ten times where the law is above."""


@dataclass(frozen=True)
class Peers:
    """Log losses of the larger runs by each peer (n_large,), and of the bootstrap (n_bootstraps, n_large)."""

    points: dict[str, np.ndarray]
    resampled: np.ndarray
    residuals: np.ndarray


def peers_of(small: Runs, large: Runs, generator: np.random.Generator) -> Peers:
    """Fit the peers to small runs and ask them for the larger ones."""
    centre = _centre(small)
    here, there = _surface(small, centre), _surface(large, centre)
    log_loss = np.log(small.loss_nats)
    points = _points(small, centre)
    huber = points["Huber"]
    counts = generator.multinomial(len(small), np.full(len(small), 1 / len(small)), N_BOOTSTRAPS)
    problem = Problem(here, log_loss, counts.astype(float), "huber-log", 1e-3)
    resampled = minimise(problem, np.repeat(huber[None], N_BOOTSTRAPS, axis=0), deltas=(1e-2,)).theta
    return Peers(
        {name: there.at(theta[None]).value[0] for name, theta in points.items()},
        there.at(resampled).value,
        log_loss - here.at(huber[None]).value[0],
    )


def peer_laws(small: Runs) -> dict[str, Chinchilla]:
    """Return the law of each peer."""
    centre = _centre(small)
    n0, d0 = centre
    laws = {}
    for name, (floor, a, alpha, b, beta) in _points(small, centre).items():
        laws[name] = Chinchilla(
            E=float(floor),
            A=float(np.exp(a + alpha * n0)),
            alpha=float(alpha),
            B=float(np.exp(b + beta * d0)),
            beta=float(beta),
        )
    return laws


def intervals(peers: Peers, share: float, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Central intervals of log losses (2, n_large): by the bootstrap alone, and with residual draws added."""
    ends = [(1 - share) / 2, (1 + share) / 2]
    many = np.repeat(peers.resampled, 10, axis=0)
    noisy = many + generator.choice(peers.residuals, many.shape)
    return np.quantile(peers.resampled, ends, axis=0), np.quantile(noisy, ends, axis=0)


def _centre(runs: Runs) -> tuple[float, float]:
    return float(np.log(runs.params).mean()), float(np.log(runs.tokens).mean())


def _points(small: Runs, centre: tuple[float, float]) -> dict[str, np.ndarray]:
    """Return the coefficients (5,) of each peer."""
    here, log_loss, starts = _surface(small, centre), np.log(small.loss_nats), _starts(small)
    huber = _best(Problem(here, log_loss, kind="huber-log", huber_delta=1e-3), starts, (3e-2,))
    squares = _best(Problem(here, log_loss, kind="squares-log"), starts, ())
    asymmetric = _asymmetric(here, log_loss, np.stack([huber, squares]))
    return {"Huber": huber, "squares": squares, "asymmetric": asymmetric}


def _surface(runs: Runs, centre: tuple[float, float]) -> ChinchillaSurface:
    return ChinchillaSurface(np.log(runs.params), np.log(runs.tokens), centre)


def _starts(runs: Runs) -> np.ndarray:
    """Return 27 starts: three floors, three exponents each."""
    middle, least = np.median(runs.loss_nats), runs.loss_nats.min()
    grid = [
        (least * share, alpha, beta)
        for share in (0.4, 0.7, 0.9)
        for alpha in (0.2, 0.35, 0.6)
        for beta in (0.2, 0.35, 0.6)
    ]
    half = [np.log(max(middle - E, 0.05 * middle) / 2) for E, _, _ in grid]
    return np.array([(E, a, alpha, a, beta) for (E, alpha, beta), a in zip(grid, half, strict=True)])


def _best(problem: Problem, starts: np.ndarray, deltas: tuple[float, ...]) -> np.ndarray:
    found = minimise(problem, starts, deltas=deltas)
    return np.asarray(found.theta[np.argmin(found.objective)])


def _asymmetric(surface: ChinchillaSurface, log_loss: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return the least asymmetric sum, its corner rounded off ever less."""

    def total(theta: np.ndarray, corner: float) -> tuple[float, np.ndarray]:
        jet = surface.at(theta[None])
        above = jet.value[0] - log_loss
        penalty = np.where(above > 0, OVERESTIMATE_PENALTY, 1.0)
        rounded = np.hypot(above, corner)
        slope = penalty * above / rounded
        return float((penalty * (rounded - corner)).sum()), jet.jacobian[0] @ slope

    found = []
    bounds = list(zip(surface.lower, surface.upper, strict=True))
    for theta in starts:
        for corner in (1e-2, 1e-3, 1e-4):
            ended = minimize(
                total,
                theta,
                (corner,),
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options={"maxiter": 2000, "ftol": 1e-12, "gtol": 1e-8},
            )
            theta = ended.x
        found.append((ended.fun, theta))
    return np.asarray(min(found, key=lambda item: item[0])[1])
