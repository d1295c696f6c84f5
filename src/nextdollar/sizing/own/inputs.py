"""Every number of a comparison of owning and renting: its range, where it is from, and its draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import ndtri

from nextdollar.catalogue import dated_price, purchase_price
from nextdollar.catalogue.api_prices import api_prices
from nextdollar.catalogue.data_centres import data_centre_range
from nextdollar.catalogue.electricity import electricity_price
from nextdollar.catalogue.prices import RentContract
from nextdollar.catalogue.reservations import reservation_share
from nextdollar.catalogue.training_bill import BillRange, bill_range
from nextdollar.compute.accelerator import Accelerator
from nextdollar.compute.ownership.owned_hour import INTERCONNECT_SHARE
from nextdollar.errors import CatalogueError
from nextdollar.sizing.own.question import USUAL_USE, Ends, OwnQuestion
from nextdollar.sizing.own.throughput import Throughput
from nextdollar.sizing.spread import Spread
from nextdollar.sizing.training.bill import list_price
from nextdollar.sources import Source
from nextdollar.uncertainty import Design, uniforms
from nextdollar.units import FloatArray

GIVEN = "as given"
_MOST = {"use": 1.0, "rented_use": 1.0, "value_kept_per_year": 1.0}
_LEAST = {"pue": 1.0}


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number that the answer rests on: its 5 % and 95 % quantiles, its unit, and where it is from.

    `stale` says how old it is by the day that was asked about, if it is old.
    """

    name: str
    ends: Ends
    unit: str
    words: str
    source: Source | None = None
    stale: str = ""

    @property
    def is_given(self) -> bool:
        """Whether the user stated it."""
        return self.words == GIVEN


@dataclass(frozen=True, slots=True)
class Inputs:
    """Every number by name, and the reasons why some are not known."""

    assumed: Mapping[str, Assumption]
    unknown: Mapping[str, str]

    def draws(self, design: Design) -> dict[str, FloatArray]:
        """Draws (n_draws,) of every number: log-normal between its ends, independent of each other."""
        uncertain = [name for name, item in self.assumed.items() if item.ends[0] < item.ends[1]]
        scores = dict(zip(uncertain, ndtri(uniforms(uncertain, design)), strict=True)) if uncertain else {}
        found = {}
        for name, item in self.assumed.items():
            if name in scores:
                spread = Spread(*item.ends)
                value = spread.p50 * np.exp(spread.sd_log * scores[name])
            else:
                value = np.full(design.n_draws, item.ends[0])
            found[name] = np.clip(value, _LEAST.get(name, 0.0), _MOST.get(name, np.inf))
        return found


def inputs_of(question: OwnQuestion, chip: Accelerator, throughput: Throughput | str) -> Inputs:
    """Collect every number of a question: stated by the user, else of the catalogue.

    `throughput` is what a GPU serves, or the reason why that is not known.
    """
    found: dict[str, Assumption] = {}
    unknown: dict[str, str] = {}
    for item in (*_work(question), *_site(question), *_owning(question)):
        found[item.name] = item
    for name, price in _prices(question, chip):
        if isinstance(price, Assumption):
            found[name] = price
        else:
            unknown[name] = price
    if isinstance(throughput, Throughput):
        words, sources = throughput.words, throughput.sources
        source = sources[0] if sources else None
        speed = Assumption("tokens_per_s_per_gpu", throughput.ends, "tokens/s", words, source)
        found[speed.name] = speed
    else:
        unknown["tokens_per_s_per_gpu"] = throughput
    if chip.power_watts is None:
        unknown["power"] = f"the vendor publishes no power of {chip.name}"
    return Inputs(found, unknown)


def _work(question: OwnQuestion) -> Iterable[Assumption]:
    use = question.work.use_share
    words = GIVEN if use != USUAL_USE else "usual average over peak; state your own, it decides most"
    yield Assumption("use", use, "share of hours", words)
    rented = question.work.rented_use_share
    given_back = "idle hours are given back, as batch work can"
    yield Assumption("rented_use", rented, "share of hours", given_back if rented == (1.0, 1.0) else GIVEN)


def _site(question: OwnQuestion) -> Iterable[Assumption]:
    site = question.site
    for name in ("system_share", "idle_share"):
        yield _ranged(name, bill_range(name) if name == "system_share" else data_centre_range(name), "ratio")
    yield _stated("pue", site.pue, bill_range("pue"), "ratio")
    if site.usd_per_kwh is not None:
        yield Assumption("usd_per_kwh", site.usd_per_kwh, "USD/kWh", GIVEN)
    else:
        price = electricity_price(site.region, question.as_of)
        ends = (price.low_usd_per_kwh, price.high_usd_per_kwh)
        words = f"{price.region}, between industrial and commercial averages of {price.valid_from:%Y-%m}"
        yield Assumption("usd_per_kwh", ends, "USD/kWh", words, price.source)
    yield _ranged("capacity_share", data_centre_range("capacity_share"), "ratio")
    if site.space == "colocation":
        space = data_centre_range("space_usd_per_kw_month")
        yield _stated("space_usd_per_kw_month", site.space_usd_per_kw_month, space, "USD/kW-month")
    if site.space == "building":
        yield _ranged("building_usd_per_kw", data_centre_range("building_usd_per_kw"), "USD/kW")
        yield _ranged("building_life_years", data_centre_range("building_life_years"), "years")
    pay = data_centre_range("usd_per_engineer_year")
    yield _stated("usd_per_engineer_year", site.usd_per_engineer_year, pay, "USD/year")
    if site.engineers is not None:
        yield Assumption("engineers", site.engineers, "engineers", GIVEN)
    else:
        yield _ranged("gpus_per_engineer", data_centre_range("gpus_per_engineer"), "GPUs")
        yield _ranged("least_engineers", data_centre_range("least_engineers"), "engineers")


def _owning(question: OwnQuestion) -> Iterable[Assumption]:
    kept = data_centre_range("value_kept_per_year")
    yield _stated("value_kept_per_year", question.value_kept_per_year, kept, "share of the price")
    yield _ranged("repair_share_per_year", data_centre_range("repair_share_per_year"), "share of the price")
    yield _ranged("book_life_years", data_centre_range("book_life_years"), "years")
    network = question.interconnect_share
    if network is not None:
        yield Assumption("interconnect_share", network, "share of the price", GIVEN)
    else:
        source = Source("Cottier et al. 2024, The rising costs of training frontier AI models", "", _EPOCH)
        ends = (INTERCONNECT_SHARE, INTERCONNECT_SHARE)
        yield Assumption("interconnect_share", ends, "share of the price", "network of a cluster", source)


_EPOCH = "https://arxiv.org/abs/2405.21015"


def _prices(question: OwnQuestion, chip: Accelerator) -> Iterable[tuple[str, Assumption | str]]:
    given = question.prices
    yield "on_demand", _on_demand(given.on_demand_usd_per_gpu_hour, chip, question.as_of)
    yield "one_year", _reserved("one_year", given.one_year_usd_per_gpu_hour)
    yield "three_years", _reserved("three_years", given.three_years_usd_per_gpu_hour)
    yield "purchase", _purchase(given.purchase_usd_per_gpu, chip, question.as_of)
    yield "api", _api(question)


def _on_demand(given: Ends | None, chip: Accelerator, as_of: date | None) -> Assumption | str:
    if given is not None:
        return Assumption("on_demand", given, "USD/GPU-hour", GIVEN)
    price = list_price(chip, as_of)
    if price is None:
        return f"the catalogue has no rent of {chip.name}: state one with --price"
    ends = (price.spread.p5, price.spread.p95)
    return Assumption("on_demand", ends, "USD/GPU-hour", price.words, price.sources[0], price.stale)


def _reserved(contract: RentContract, given: Ends | None) -> Assumption | str:
    """Return a price that was given, else the share of the price on demand that reserving costs."""
    if given is not None:
        return Assumption(contract, given, "USD/GPU-hour", GIVEN)
    try:
        share = reservation_share(contract)
    except CatalogueError as error:
        return str(error)
    words = f"{share.n_pairs} pairs of {', '.join(share.providers)}; cheap providers may give less off"
    ends = (share.low, share.high)
    return Assumption(contract, ends, "share of the price on demand", words, share.source)


def _purchase(given: Ends | None, chip: Accelerator, as_of: date | None) -> Assumption | str:
    if given is not None:
        return Assumption("purchase", given, "USD/GPU", GIVEN)
    try:
        price = purchase_price(chip.name, as_of)
        stale = "" if as_of is None else dated_price(chip.name, as_of, contract="purchase").staleness()
    except CatalogueError:
        return f"the catalogue has no price of buying {chip.name}: state one with --purchase"
    stale = stale.replace("newest price of", "newest price of buying")
    prices = "1 price" if price.n_rows == 1 else f"{price.n_rows} prices"
    words = f"{prices} of buying {chip.name}, newest {price.as_of}"
    return Assumption("purchase", (price.low_usd, price.high_usd), "USD/GPU", words, price.source, stale)


def _api(question: OwnQuestion) -> Assumption | str:
    prices, work = question.prices, question.work
    if prices.api_usd_per_mtok is not None:
        return Assumption("api", prices.api_usd_per_mtok, "USD/Mtok", GIVEN)
    model = prices.api_model
    if model is None and work.model is not None:
        model = work.model.name
    if model is None:
        return "no model is named: state --api with a model or a price per million tokens"
    try:
        found = api_prices(model, question.as_of)
    except CatalogueError:
        return f"the catalogue has no price of {model} by the token: state one with --api"
    usd = sorted(row.usd_per_mtok(work.read_share) for row in found)
    newest = max(row.valid_from for row in found)
    words = f"{len(found)} providers of {model}, newest {newest}, {work.read_share:.0%} of the tokens read"
    return Assumption("api", (usd[0], usd[-1]), "USD/Mtok", words, found[0].source)


def _stated(name: str, given: Ends | None, usual: BillRange, unit: str) -> Assumption:
    return _ranged(name, usual, unit) if given is None else Assumption(name, given, unit, GIVEN)


def _ranged(name: str, found: BillRange, unit: str) -> Assumption:
    return Assumption(name, (found.low, found.high), unit, found.source.work, found.source)
