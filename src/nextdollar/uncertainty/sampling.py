"""Named draws from distributions: the only place where chance enters.

One stream of uniforms for each name, dealt by its name and the design alone: options that share an input
share its draws, an input that is used twice is one number (x - x is 0), and adding an input moves no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from nextdollar.errors import require
from nextdollar.uncertainty.correlation import Correlations, bend
from nextdollar.uncertainty.distributions import Distribution
from nextdollar.uncertainty.sobol import N_COLUMNS, latin_points, n_dimensions, sobol_points
from nextdollar.units import FloatArray

DEFAULT_SCRAMBLES = 4
_MOST_DRAWS = 2**N_COLUMNS


@dataclass(frozen=True, slots=True)
class Design:
    """How many draws, from which seed, in how many parts, and which inputs are balanced against each other.

    Parameters
    ----------
    n_draws : int
        A power of two times `n_scrambles`; `Design.rounded` rounds up to one.
    seed : int
        0 or more.
    n_scrambles : int
        Equal parts of the draws, one after another, whose spread gives the sampling error.
    balanced : tuple of str
        Names that are dealt the dimensions of one Sobol sequence, in this order: the draws are spread evenly
        over all of them together. Put those first that matter most. Every other name is spread evenly on its
        own only, in an order that owes nothing to any other name (a Latin hypercube).
    linked : bool
        Whether the parts continue one scrambled sequence (default) or are scrambled independently. Linked
        draws err less, and the error found from their spread is an upper estimate; of independent ones it is
        unbiased. Figures: docs/decisions/0003-draws.md.
    """

    n_draws: int
    seed: int
    n_scrambles: int = DEFAULT_SCRAMBLES
    balanced: tuple[str, ...] = field(default=(), kw_only=True)
    linked: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        require(self.seed >= 0, "seed", "0 or more", self.seed)
        require(self.n_scrambles >= 1, "n_scrambles", "1 or more", self.n_scrambles)
        require(
            not self.linked or self.n_scrambles.bit_count() == 1,
            "n_scrambles",
            "a power of two where the parts are linked",
            self.n_scrambles,
        )
        per_scramble, rest = divmod(self.n_draws, self.n_scrambles)
        require(
            rest == 0 and per_scramble > 0 and per_scramble.bit_count() == 1,
            "n_draws",
            f"n_scrambles ({self.n_scrambles}) times a power of two (Design.rounded rounds up)",
            self.n_draws,
        )
        require(self.n_draws <= _MOST_DRAWS, "n_draws", f"{_MOST_DRAWS} or fewer", self.n_draws)
        require(len(set(self.balanced)) == len(self.balanced), "balanced", "all different", self.balanced)

    @classmethod
    def rounded(
        cls,
        n_draws: int,
        seed: int,
        *,
        n_scrambles: int = DEFAULT_SCRAMBLES,
        balanced: Iterable[str] = (),
        linked: bool = True,
    ) -> Design:
        """Design with `n_draws` rounded up to a power of two times `n_scrambles`."""
        require(n_draws >= 1, "n_draws", "1 or more", n_draws)
        require(n_scrambles >= 1, "n_scrambles", "1 or more", n_scrambles)
        # Scrambled Sobol keeps its balance only at powers of two.
        per_scramble = 1 << (-(-n_draws // n_scrambles) - 1).bit_length()
        return cls(n_scrambles * per_scramble, seed, n_scrambles, balanced=tuple(balanced), linked=linked)

    def balancing(self, names: Iterable[str]) -> Design:
        """Same design with more names balanced: those that are keep their draws, the new ones come after."""
        return replace(self, balanced=tuple(dict.fromkeys((*self.balanced, *names))))

    @property
    def draws_per_scramble(self) -> int:
        """Draws in each part; draw i belongs to part i // draws_per_scramble."""
        return self.n_draws // self.n_scrambles


def uniforms(names: Sequence[str], design: Design, *, start: int = 0, stop: int | None = None) -> FloatArray:
    """Uniform draws of each name.

    Parameters
    ----------
    names : sequence of str
        All different. The row of a name depends on the name and the design only.
    start, stop : int
        First draw, and the one after the last; all of them by default. A draw is the same bytes whatever
        the block it is asked in.

    Returns
    -------
    array (len(names), stop - start)
        Strictly between 0 and 1; each part of the design, and each half, quarter ... of it, has one draw in
        each cell of equal width.

    Raises
    ------
    DomainError
        If a name comes twice, or the block does not lie within the design.
    """
    end = design.n_draws if stop is None else stop
    require(len(set(names)) == len(names), "names", "all different", tuple(names))
    within = f"within 0 to {design.n_draws}"
    require(0 <= start <= end <= design.n_draws, "start and stop", within, (start, end))
    places = {name: place for place, name in enumerate(design.balanced[: n_dimensions()])}
    rows = np.empty((len(names), end - start))
    net_draws = design.n_draws if design.linked else design.draws_per_scramble
    for net in range(start // net_draws, -(-end // net_draws)):
        first = net * net_draws
        begin, last = max(start, first), min(end, first + net_draws)
        for row, name in zip(rows, names, strict=True):
            key = f"{design.seed}/{net}/{name}".encode()
            place = places.get(name)
            if place is None:
                row[begin - start : last - start] = latin_points(key, begin - first, last - first)
            else:
                row[begin - start : last - start] = sobol_points(key, place, begin - first, last - first)
    return rows


def draw(
    distributions: Mapping[str, Distribution],
    design: Design,
    *,
    correlations: Correlations | None = None,
    start: int = 0,
    stop: int | None = None,
) -> dict[str, FloatArray]:
    """Draws of each named input.

    Parameters
    ----------
    distributions : mapping of str to Distribution
        What each input may be. The order does not matter.
    correlations : Correlations, optional
        Rank correlations between some of the inputs. These are balanced against each other, after the
        names that the design balances, so that the asked correlations are met closely.
    start, stop : int
        First draw, and the one after the last; all of them by default.

    Returns
    -------
    dict of str to array (stop - start,)
        Each draw is the inverse CDF of one uniform.

    Raises
    ------
    DomainError
        If a correlated name has no distribution.
    """
    dealt = design
    if correlations is not None:
        unknown = [name for name in correlations.names if name not in distributions]
        require(not unknown, "correlations", "between inputs that are drawn", ", ".join(unknown))
        dealt = design.balancing(correlations.names)
    names = tuple(distributions)
    rows = uniforms(names, dealt, start=start, stop=stop)
    if correlations is not None:
        places = [names.index(name) for name in correlations.names]
        rows[places] = bend(rows[places], correlations.factor)
    return {name: distributions[name].ppf(row) for name, row in zip(names, rows, strict=True)}
