"""Whether hardware says what it costs, and whether candidates can be served on it as fast as asked for."""

from __future__ import annotations

from collections.abc import Iterator

from nextdollar.catalogue import accelerator, has_rent_price
from nextdollar.errors import Fault, Fix
from nextdollar.plan.derivation import wants_serving
from nextdollar.plan.derived_serving import cheapest, serving_terms
from nextdollar.plan.faults import fault_at
from nextdollar.plan.hardware_fields import Hardware
from nextdollar.plan.inputs import inputs_of, typical_values
from nextdollar.plan.reading.document import Document, KeyPath
from nextdollar.plan.repairs import insertion, left_out, rewritten
from nextdollar.plan.scenario import Scenario
from nextdollar.plan.words import significant

_SERVING: KeyPath = ("hardware", "serving")
_ONE_NUMBER = ("prompt", "answer", "speed", "first_token")


def hardware_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Yield what is said twice or not at all about hardware, and ranges where one number is needed."""
    hardware = scenario.hardware
    if hardware is None:
        return
    yield from _price_faults(hardware, document)
    yield from _serving_faults(hardware, document)


def _price_faults(hardware: Hardware, document: Document) -> Iterator[Fault]:
    if hardware.price is not None and hardware.own is not None:
        path: KeyPath = ("hardware", "price")
        yield fault_at(
            document, path, code="ND1166", rule="cannot stand beside `own`", on_key=True,
            hint="either rent (price) or own; leave one of the two out", fix=left_out(document, path),
        )  # fmt: skip
    if hardware.own is not None and accelerator(hardware.accelerator).power_watts is None:
        yield fault_at(
            document, ("hardware", "own"), code="ND1172", on_key=True,
            rule=f"needs the power of {hardware.accelerator}, which its vendor does not publish",
            hint="state a rent as `price` instead",
        )  # fmt: skip
    if hardware.price is None and hardware.own is None and not has_rent_price(hardware.accelerator):
        yield fault_at(
            document, ("hardware", "accelerator"), code="ND1172",
            rule="has no rent price in the catalogue, and the scenario states none",
            hint="for example `price: 2.0 to 3.0 USD/gpu-hour`",
            fix=insertion(document, ("hardware",), "price: 2.0 to 3.0 USD/gpu-hour"),
        )  # fmt: skip


def _serving_faults(hardware: Hardware, document: Document) -> Iterator[Fault]:
    serving = hardware.serving
    if serving is None:
        return
    if hardware.serving_mfu is not None:
        yield fault_at(
            document, _SERVING, code="ND1176", rule="cannot stand beside `serving_mfu`", on_key=True,
            hint="the price of a token follows from one of the two", fix=left_out(document, _SERVING),
        )  # fmt: skip
    for name in _ONE_NUMBER:
        stated = getattr(serving, name)
        if stated is not None and stated.is_uncertain:
            unit = stated.kind.unit(stated.unit_text)
            text = "" if unit is None else f"{unit.outward(stated.typical()):.3g} {stated.unit_text}"
            path: KeyPath = (*_SERVING, name)
            yield fault_at(
                document, path, code="ND1175", rule="must be one number here",
                hint="the cheapest machines are looked for at it; ranges may stand in `load` and in prices",
                fix=rewritten(document, path, text.strip()) if text else None,
            )  # fmt: skip


def speed_faults(scenario: Scenario, document: Document) -> Iterator[Fault]:
    """Yield candidates whose answers cannot be as fast as asked for, however they are spread."""
    hardware = scenario.hardware
    derived = [name for name, item in scenario.candidates.items() if wants_serving(item)]
    if hardware is None or hardware.serving_mfu is not None or not derived:
        return
    values = typical_values(inputs_of(scenario))
    slow: list[tuple[str, float]] = []
    for name in derived:
        stated = scenario.candidates[name]
        active = values.get(f"candidates.{name}.active_params")
        one = cheapest(
            float(values[f"candidates.{name}.params"]),
            None if active is None else float(active),
            serving_terms(scenario, values, stated.shape or ""),
        )
        if not one.meets_limits:
            slow.append((name, one.sure_tokens_per_s))
    if slow:
        yield _too_slow(slow, hardware, document)


def _too_slow(slow: list[tuple[str, float]], hardware: Hardware, document: Document) -> Fault:
    name, fastest = min(slow, key=lambda item: item[1])
    path: KeyPath = ("candidates", name)
    others = "" if len(slow) == 1 else f" (nor can {', '.join(item for item, _ in slow if item != name)})"
    asked = hardware.serving.speed if hardware.serving is not None else None
    wanted = "20 tokens/s" if asked is None else asked.text
    limit = " and the first token" if hardware.serving is not None and hardware.serving.first_token else ""
    return fault_at(
        document, path, code="ND1174", on_key=True,
        rule=f"cannot be served at {wanted}{limit} on {hardware.accelerator}{others}",
        hint=(
            f"{significant(fastest)} tokens/s are sure there; ask for less under `hardware.serving.speed`, "
            "take an accelerator with more memory or wider links, or give `serving_price`"
        ),
        fix=_slower(document, fastest),
    )  # fmt: skip


def _slower(document: Document, fastest: float) -> Fix | None:
    """Return the repair that asks for a speed that can be reached."""
    text = f"{0.9 * fastest:.2g} tokens/s"
    if (*_SERVING, "speed") in document.values:
        return rewritten(document, (*_SERVING, "speed"), text)
    if _SERVING in document.keys:
        return insertion(document, _SERVING, f"speed: {text}")
    return insertion(document, ("hardware",), f"serving: {{speed: {text}}}")
