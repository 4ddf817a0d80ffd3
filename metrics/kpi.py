"""What a KPI declaration is made of. One KPI, one short declaration; the catalogue reads like docs/kpis.md."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Band:
    """A benchmark: values from `low` up to, not including, `high` (display units; None is open)."""

    label: str
    low: Fraction | None = None
    high: Fraction | None = None
    source: str = ""
    grain: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Figure:
    """A number as integers: `value` divides when read, in display units (money in whole units of the currency,
    percent as a share of 1, durations in seconds, days in days). None, with a `reason`, where there is nothing to
    divide by."""

    numerator: int
    denominator: int | None
    state: str
    reason: str = ""
    unit: str = ""


@dataclass(frozen=True)
class KPI:
    slug: str
