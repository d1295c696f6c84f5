"""The forms of law that can be fitted, one entry each in `FORMS`."""

from nextdollar.scaling.fitting.forms.chinchilla import CHINCHILLA
from nextdollar.scaling.fitting.forms.coupled import COUPLED
from nextdollar.scaling.fitting.forms.data_constrained import DATA_CONSTRAINED
from nextdollar.scaling.fitting.forms.form import Form, Need
from nextdollar.scaling.fitting.forms.kaplan import KAPLAN
from nextdollar.scaling.fitting.forms.one_exponent import OVER_TRAINING, power
from nextdollar.scaling.fitting.forms.routed_moe import ROUTED_MOE

FORMS: dict[str, Form] = {
    "chinchilla": CHINCHILLA,
    "kaplan": KAPLAN,
    "over-training": OVER_TRAINING,
    "coupled": COUPLED,
    "power-flop": power("flop"),
    "power-params": power("params"),
    "power-tokens": power("tokens"),
    "data-constrained": DATA_CONSTRAINED,
    "routed-moe": ROUTED_MOE,
}

__all__ = ["FORMS", "Form", "Need"]
