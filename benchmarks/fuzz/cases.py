"""Random scenarios, right and wrong; a case follows from its number alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

PLAN_EVERY = 16
BASES = ("saas-copilot", "first-principles", "support-bot", "frontier-lab", "article")
# fmt: off
NUMBERS = [
    "0", "-0", "1", "-1", "0.5", "1e-12", "1e-300", "5e-324", "1e11", "1e12", "1e16", "1e18", "1e30",
    "1e300", "1e308", "-1e308", "1e400", "9" * 60, "9" * 400, "1_000", "1,000", "2,5", "100",
    "99.999999999", "101", "nan", ".nan", ".inf", "-.inf", "0x10", "1e", "+", "-", ".", "\u0663",
    "\uff12", "\u22125", "1/3",
]
UNITS = [
    "", "%", "%/month", "%/year", "/month", "USD", "USD/month", "USD/year", "KUSD", "MUSD", "BUSD",
    "EUR/month", "USD/gpu-hour", "USD/Mtok", "USD/tok", "Mtok/month", "tok/day", "months", "years",
    "days", "B", "T", "M", "nats", "customers", "USD/gpu", "USD/kWh", "$", "yearly", "per month",
    "x" * 50, "\u20ac", "K M B",
]
WORDS = [
    "~", "null", "true", "[]", "{}", "[1, 2]", "{a: 1}", "''", '"', "'", "*a", "&a 1", "!!int 3", "|",
    ">", "- 1", "#", "a: b", "? a", "@x", "`x`", "%x", "\t", "\u202e", "\x00", "\ud83d", "caf\u00e9",
    "{value: 3}", "beta(2, 3)", "{value: 8 to 12 %/month, source: me}", "{quantiles: {5 %: 1, 95 %: 3}}",
    "lognormal(1, 2)", "pert(1, 2, 5)", "normal(0, 1e300)", "uniform(-1e308, 1e308)", "gamma(1e-9, 1e9)",
    "beta(1e-9, 1e9)", "discrete(0: 0.5, 1: 0.5)", "{mixture: [{share: 1, value: 3}]}",
    "{value: 1 to 9, min: 3, max: 2}", "12 to 8", "1e-12 to 1e12", "-5 to 5", "<<: *a", "hoffmann-2022",
    "H100-SXM", "small", "v1", "customers", "TBD", "1 to 1", "to", "8 to", "()",
]
SIGNS = "abc:- \n\t#{}[],'\"&*!|>%@`?0123456789.eE+_~\u2028\u00e9\u2211\x1b"
# fmt: on


@dataclass(frozen=True)
class Case:
    """A scenario file and the command line behind its name."""

    kind: str
    text: str
    command: str
    arguments: tuple[str, ...] = ()


@cache
def base(name: str) -> str:
    """Return the text of a scenario that ships with the package."""
    return (files("nextdollar.catalogue") / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")


def case_of(seed: int) -> Case:
    """Return the case of a number."""
    rng = random.Random(seed)
    command = "plan" if seed % PLAN_EVERY == 0 else "check"
    if command == "plan":
        kind = rng.choice(["numbers", "numbers", "numbers", "tokens", "settings"])
    else:
        kind = rng.choice(["text", "lines", "tokens", "tokens", "characters", "numbers", "settings"])
    arguments = ["--draws", "128"] if command == "plan" else []
    makers = {"text": random_text, "lines": changed_lines, "tokens": changed_tokens,
              "characters": changed_characters, "numbers": random_scenario}  # fmt: skip
    if kind == "settings":
        for _ in range(rng.randint(1, 3)):
            arguments += ["--set", random_setting(rng)]
        return Case(kind, base(rng.choice(BASES)), command, tuple(arguments))
    return Case(kind, makers[kind](rng), command, tuple(arguments))


def nasty(rng: random.Random) -> str:
    """Return a value that is hardly ever right."""
    roll = rng.random()
    if roll < 0.35:
        return f"{rng.choice(NUMBERS)} {rng.choice(UNITS)}".strip()
    if roll < 0.55:
        return f"{rng.choice(NUMBERS)} to {rng.choice(NUMBERS)} {rng.choice(UNITS)}".strip()
    if roll < 0.9:
        return rng.choice(WORDS)
    return "".join(rng.choice(SIGNS) for _ in range(rng.randint(0, 12)))


def random_text(rng: random.Random) -> str:
    """Return signs in random order, mostly those that mean something to YAML."""
    if rng.random() < 0.2:
        return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randint(0, 60)))
    return "".join(rng.choice(SIGNS) for _ in range(rng.randint(0, 400)))


def changed_lines(rng: random.Random) -> str:
    """Return a scenario with lines taken out, doubled, swapped or indented."""
    lines = base(rng.choice(BASES)).split("\n")
    for _ in range(rng.randint(1, 4)):
        one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        action = rng.randrange(5)
        if action == 0 and len(lines) > 2:
            del lines[one]
        elif action == 1:
            lines.insert(other, lines[one])
        elif action == 2:
            lines[one], lines[other] = lines[other], lines[one]
        elif action == 3:
            lines[one] = " " * rng.randint(0, 4) + lines[one].strip()
        else:
            lines[one] = lines[one][: rng.randrange(len(lines[one]) + 1)]
    return "\n".join(lines)


def changed_tokens(rng: random.Random) -> str:
    """Return a scenario with some values, or names, replaced by nasty ones."""
    lines = base(rng.choice(BASES)).split("\n")
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        name, colon, value = lines[at].partition(": ")
        if not colon:
            lines[at] += f" {nasty(rng)}"
        elif rng.random() < 0.85 and not value.startswith("{"):
            lines[at] = f"{name}: {nasty(rng)}"
        elif value.startswith("{"):
            inner = value.split(", ")
            part = rng.randrange(len(inner))
            inner[part] = f"{inner[part].partition(': ')[0]}: {nasty(rng)}" + "}" * inner[part].count("}")
            lines[at] = f"{name}: {', '.join(inner)}"
        else:
            lines[at] = f"{name}{rng.choice(SIGNS)}: {value}"
    return "\n".join(lines)


def changed_characters(rng: random.Random) -> str:
    """Return a scenario with a few characters replaced, taken out or put in."""
    signs = list(base(rng.choice(BASES)))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(signs))
        sign = chr(rng.randrange(1, 0x2FFF)) if rng.random() < 0.3 else rng.choice(SIGNS)
        signs[at : at + rng.randint(0, 2)] = [sign] if rng.random() < 0.7 else []
    return "".join(signs)


def random_setting(rng: random.Random) -> str:
    """Return a setting of an input, mostly one that exists."""
    paths = [
        "horizon", "discount", "risk.level", "today", "law", "hardware.price", "hardware.serving_mfu",
        "candidates", "customers.team.churn", "customers.team", "customers.pro.price",
        "simulation.draws", "simulation.seed", "value_of_quality.elasticity.ltv_per_loss",
        "value_of_quality.elasticity.form", "value_of_quality.progress", "correlations[0].spearman",
        "candidates.v1.params",
        "candidates.basic.given.loss", "exchange.EUR", "customers.standard.count",
        "value_of_quality.retention.churn", "value_of_quality.retention.measured.before.left",
    ]  # fmt: skip
    if rng.random() < 0.15:
        return "".join(rng.choice(SIGNS) for _ in range(rng.randint(0, 20)))
    return f"{rng.choice(paths)}{rng.choice(['=', '=', '=', ': ', '', '..a='])}{nasty(rng)}"


def number(rng: random.Random, low: float, high: float) -> str:
    """Return a number between two ends, often one of them."""
    share = rng.choice([0.0, 1.0, *(rng.random() for _ in range(6))])
    text = f"{low ** (1 - share) * high**share:.{rng.randint(1, 12)}g}"
    return text if low <= float(text) <= high else f"{low if share < 0.5 else high:.12g}"


def quantity(rng: random.Random, low: float, high: float, unit: str) -> str:
    """Return a certain or uncertain quantity whose ends lie between `low` and `high`, both above 0."""
    a, b, c = sorted((number(rng, low, high) for _ in range(3)), key=float)
    sigma = rng.choice(["0.01", "0.2"])
    forms = [
        *(a, a, a, b, c), *[f"{a} to {c}"] * 4, f"uniform({a}, {c})", f"pert({a}, {b}, {c})",
        f"triangular({a}, {b}, {c})", f"lognormal(median={b}, sigma={sigma})",
        f"discrete({a}: 0.5, {c}: 0.5)", f"normal({b}, {float(b) / 10:.3g})",
    ]  # fmt: skip
    return f'"{rng.choice(forms)} {unit}"'


def random_scenario(rng: random.Random) -> str:
    """Return a scenario of random shape whose numbers reach to the ends of their domains."""
    return "\n".join(scenario_lines(rng, rng.choice([0.0, 0.05, 0.2, 0.6]))) + "\n"


def scenario_lines(rng: random.Random, extreme_share: float) -> Iterator[str]:
    """Yield the lines of a scenario, a share of whose numbers is extreme."""
    wide = extreme_share > 0

    def q(low: float, high: float, unit: str, least: float, most: float) -> str:
        return quantity(rng, *((least, most) if rng.random() < extreme_share else (low, high)), unit)

    names = [f"c{n}" for n in range(rng.randint(2, 6))]
    yield "schema: nextdollar.scenario/1\ntitle: fuzz"
    months = rng.choice([1, 2, 12, 36, 60, 600 if wide else 24])
    yield f"horizon: {months} months"
    yield f"discount: {q(1, 30, '%/year', 1e-9, 1000)}"
    measure = rng.choice(["expected shortfall", "value at risk"])
    yield f"risk: {{measure: {measure}, level: {rng.choice([50, 95, 99.9])} %}}"
    yield rng.choice(["law: hoffmann-2022", "law: kaplan-2020", "law: epoch-2024", random_law(rng, wide)])
    yield f"hardware:\n  accelerator: H100-SXM\n  price: {q(0.5, 9, 'USD/gpu-hour', 1e-6, 1e5)}"
    yield f"  mfu: {q(10, 60, '%', 1e-4, 100)}"
    yield f"today: {rng.choice(names)}\ncandidates:"
    for name in names:
        yield f"  {name}:"
        if rng.random() < 0.7:
            yield f"    params: {q(1e8, 1e13, '', 1, 1e18)}\n    tokens_per_param: {q(5, 100, '', 1e-6, 1e9)}"
            if rng.random() < 0.3:
                yield f"    given: {{training_cost: {q(1e3, 1e9, 'USD', 1e-6, 1e16)}}}"
        else:
            yield f"    given:\n      loss: {q(1.5, 3, 'nats', 1e-6, 100)}"
            yield f"      cost: {q(1e3, 1e9, 'USD', 1e-6, 1e16)}"
    yield "customers:"
    for n in range(rng.randint(1, 4)):
        yield f"  s{n}:\n    count: {q(10, 1e6, '', 1e-3, 1e11)}"
        yield f"    price: {q(1, 1e4, 'USD/month', 1e-6, 1e12)}"
        yield f"    churn: {q(0.5, 10, '%/month', 1e-7, 99.9999)}"
        if rng.random() < 0.5:
            yield f"    growth: {q(0.1, 5, '%/month', 1e-9, 100)}"
        if rng.random() < 0.7:
            yield f"    tokens: {q(0.1, 100, 'Mtok/month', 1e-12, 1e12)}"
    form, booked = rng.choice(["linear", "constant"]), rng.choice(["monthly margin", "lifetime value"])
    elasticity = f"  elasticity: {{ltv_per_loss: {q(0.5, 15, '', 1e-9, 1000)}, form: {form}}}"
    yield "value_of_quality:"
    # Customers are followed month by month, and 600 of them take longer than a case may.
    is_followed = months < 600 and rng.random() < 0.25
    yield random_retention(rng) if is_followed else f"{elasticity}\n  booked_as: {booked}"


def random_retention(rng: random.Random) -> str:
    """Return retention part by part, its churn stated, counted or left to the priors."""

    def counts() -> str:
        months = rng.choice([2, 10, 1000, 10**6, 10**15])
        left = rng.choice([1, max(1, months // 100), max(1, months // 4), months - 1])
        return f"{{left: {left}, customer_months: {months}}}"

    def per_decade(low: float, high: float) -> str:
        a, b = sorted(rng.uniform(low, high) for _ in range(2))
        return rng.choice([f"{a:.4g}", f"{a:.4g} to {b:.4g}", f"{low}", f"{high}", "0"]) + " %/decade"

    step = rng.choice([0.05, 0.6, 20])
    fields = [
        *rng.choice([
            [], [f"churn: {per_decade(-5, 40)}"], [f"churn: {per_decade(-900, 90)}"],
            [f"measured: {{gained: {step} decades, before: {counts()}, after: {counts()}}}"],
        ]),
        *(f"{part}: {per_decade(*rng.choice([(-5, 10), (-90, 900)]))}"
          for part in ("conversion", "expansion", "price") if rng.random() < 0.5),
        *(f"frontier: {pace} decades/year" for pace in ("0", "10", "0.5 to 2") if rng.random() < 0.15),
        f"involuntary: {rng.choice(['0 %', '99.9999 %', '5 to 60 %', 'uniform(50, 100) %'])}",
    ][: rng.randint(0, 9)]  # fmt: skip
    progress = rng.choice(["", "", "\n  progress: 0.3 to 0.7 decades/year", "\n  progress: 10 decades/year"])
    return f"  retention: {{{', '.join(fields)}}}{progress}"


def random_law(rng: random.Random, wide: bool) -> str:
    """Return a law by its coefficients."""
    exponent = (1e-3, 3.0) if wide else (0.05, 0.5)
    ends = {"E": (0.1, 3.0), "A": (0.1, 1e4), "alpha": exponent, "B": (0.1, 1e4), "beta": exponent}
    terms = [f"{name}: {quantity(rng, low, high, '')}" for name, (low, high) in ends.items()]
    return f"law: {{form: chinchilla, {', '.join(terms)}}}"
