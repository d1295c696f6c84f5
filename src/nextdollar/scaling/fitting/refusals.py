"""Why there is no trustworthy fit: one error for each reason."""

from __future__ import annotations

from typing import ClassVar

from nextdollar.errors import FitError


class TooFewRunsError(FitError):
    """Fewer separate runs than a form has coefficients."""

    code: ClassVar[str] = "ND2001"


class NotIdentifiedError(FitError):
    """Runs that leave some coefficients free, however many they are."""

    code: ClassVar[str] = "ND2002"


class NotConvergedError(FitError):
    """A sum whose minimum was not found to the last digits."""

    code: ClassVar[str] = "ND2003"


class StartsDisagreeError(FitError):
    """Starts that end in different places, so that the best of them may not be the best there is."""

    code: ClassVar[str] = "ND2004"


class AtBoundError(FitError):
    """A coefficient at an end of the search: the runs want a law that this form is not."""

    code: ClassVar[str] = "ND2005"


class EqualLossesError(FitError):
    """Runs that all reached the same loss: there is no slope to fit."""

    code: ClassVar[str] = "ND2006"


class NoHeldOutRunsError(FitError):
    """Runs too much of one size to try forms on larger ones."""

    code: ClassVar[str] = "ND2007"
