"""Quantities as fields of the scenario: one annotated type per kind, for validation and JSON Schema."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from nextdollar.plan.quantities import kinds
from nextdollar.plan.quantities.kind import Kind
from nextdollar.plan.quantities.quantity import Quantity, read_quantity
from nextdollar.plan.quantities.refusal import QuantityError
from nextdollar.plan.quantities.unit_choice import units_here

FAULT_TYPE = "nextdollar_fault"


def _refusal(error: QuantityError) -> PydanticCustomError:
    """Return a validation error that carries ours through pydantic."""
    context = {"code": error.code, "rule": error.rule, "refusal": error}
    return PydanticCustomError(FAULT_TYPE, "{rule}", context)


class QuantityOf:
    """Annotation that reads a field as a quantity of one kind."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def _read(self, raw: object, info: core_schema.ValidationInfo) -> Quantity:
        if isinstance(raw, Quantity):
            return raw
        exchange = (info.context or {}).get("exchange", {})
        try:
            return read_quantity(raw, self.kind, exchange)
        except QuantityError as error:
            raise _refusal(error) from None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """Validate with `read_quantity`."""
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the written forms to editors."""
        kind = self.kind
        text = {"type": "string", "description": f"for example `{kind.example}`; {units_here(kind)}"}
        limit = {"type": ["number", "string"]}
        parts = {"value": limit, "unit": {"type": "string"}, "min": limit, "max": limit,
                 "source": {"type": "string"}, "why": {"type": "string"}}  # fmt: skip
        return {
            "description": f"{kind.name}: a number, a range (90 % interval) or a distribution",
            "examples": [kind.example],
            "anyOf": [{"type": "number"}, text, {"type": "object", "properties": parts}],
        }


Positive = Annotated[Quantity, QuantityOf(kinds.POSITIVE)]
Coefficient = Annotated[Quantity, QuantityOf(kinds.COEFFICIENT)]
ElasticityNumber = Annotated[Quantity, QuantityOf(kinds.ELASTICITY)]
Share = Annotated[Quantity, QuantityOf(kinds.SHARE)]
PositiveShare = Annotated[Quantity, QuantityOf(kinds.POSITIVE_SHARE)]
Params = Annotated[Quantity, QuantityOf(kinds.PARAMS)]
Tokens = Annotated[Quantity, QuantityOf(kinds.TOKENS)]
Count = Annotated[Quantity, QuantityOf(kinds.COUNT)]
Money = Annotated[Quantity, QuantityOf(kinds.MONEY)]
PricePerMonth = Annotated[Quantity, QuantityOf(kinds.PRICE_PER_MONTH)]
Churn = Annotated[Quantity, QuantityOf(kinds.CHURN)]
Discount = Annotated[Quantity, QuantityOf(kinds.DISCOUNT)]
Growth = Annotated[Quantity, QuantityOf(kinds.GROWTH)]
TokensPerMonth = Annotated[Quantity, QuantityOf(kinds.TOKENS_PER_MONTH)]
GpuHourPrice = Annotated[Quantity, QuantityOf(kinds.GPU_HOUR_PRICE)]
GpuPrice = Annotated[Quantity, QuantityOf(kinds.GPU_PRICE)]
TokenPrice = Annotated[Quantity, QuantityOf(kinds.TOKEN_PRICE)]
ElectricityPrice = Annotated[Quantity, QuantityOf(kinds.ELECTRICITY_PRICE)]
Pue = Annotated[Quantity, QuantityOf(kinds.PUE)]
Loss = Annotated[Quantity, QuantityOf(kinds.LOSS)]
Duration = Annotated[Quantity, QuantityOf(kinds.DURATION)]
PositiveDuration = Annotated[Quantity, QuantityOf(kinds.POSITIVE_DURATION)]
Latency = Annotated[Quantity, QuantityOf(kinds.LATENCY)]
ReadingSpeed = Annotated[Quantity, QuantityOf(kinds.READING_SPEED)]
Multiple = Annotated[Quantity, QuantityOf(kinds.MULTIPLE)]
