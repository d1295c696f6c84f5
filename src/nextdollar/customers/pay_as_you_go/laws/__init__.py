"""How customers buy and leave where no contract says so: the published laws, with their papers' letters."""

from nextdollar.customers.pay_as_you_go.laws.bg_bb import BgBb
from nextdollar.customers.pay_as_you_go.laws.bg_nbd import BgNbd
from nextdollar.customers.pay_as_you_go.laws.gamma_gamma import GammaGamma
from nextdollar.customers.pay_as_you_go.laws.mbg_nbd import MbgNbd
from nextdollar.customers.pay_as_you_go.laws.pareto_nbd import ParetoNbd

PURCHASE_LAWS: dict[str, type[BgNbd] | type[MbgNbd] | type[ParetoNbd] | type[BgBb]] = {
    "bg-nbd": BgNbd,
    "mbg-nbd": MbgNbd,
    "pareto-nbd": ParetoNbd,
    "bg-bb": BgBb,
}

__all__ = ["PURCHASE_LAWS", "BgBb", "BgNbd", "GammaGamma", "MbgNbd", "ParetoNbd"]
