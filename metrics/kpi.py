"""What a KPI declaration is made of. One KPI, one short declaration; the catalogue reads like docs/kpis.md.

A KPI is arithmetic on measures: `numerator` over `over`, both integers, divided only when read. A few are made of other
KPIs (`Product`) or read from a distribution (`Quantile`, `Lifespan`); they publish integers as well.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from math import floor
from typing import Any

from babel.numbers import get_currency_precision
from django.utils.translation import gettext_lazy as _

from metrics.measures import MICROS, MINOR, Facts, Flow, Measure, amounts

MONEY, PERCENT, COUNT, DAYS, YEARS, RATIO = "money", "percent", "count", "days", "years", "ratio"
UP, DOWN, EITHER = "up", "down", ""
PROVISIONAL, CLOSED, RESTATED = "provisional", "closed", "restated"
MILLION = 1_000_000


@dataclass(frozen=True)
class Band:
    """A benchmark: values from `low` up to, not including, `high` (in `Figure.value`'s unit; None is open).

    `grain` and `currency` are empty where the source does not state them; such a band is shown but does not colour.
    `trade` says whom it is for ("saas", "ecommerce"), empty for all."""

    label: Any
    low: Fraction | None = None
    high: Fraction | None = None
    source: Any = _("industry guide; period and currency unstated")
    grain: str = ""
    currency: str = ""
    trade: str = ""
    colours: bool = False

    def holds(self, value):
        return (self.low is None or self.low <= value) and (self.high is None or value < self.high)


def percent(low=None, high=None):
    """Limits in percent as shares."""
    return {"low": None if low is None else Fraction(low, 100), "high": None if high is None else Fraction(high, 100)}


@dataclass(frozen=True)
class Example:
    """A worked example: in words, and the value it must give. `manage.py prove` enters it as real records."""

    words: str
    value: Fraction


@dataclass(frozen=True)
class Figure:
    """A number as integers: `value` divides when read, in display units (money in whole units of the currency, percent
    as a share of 1, days in days). It is None, with the `reason`, where there is nothing to divide by; where there is a
    value, `reason` is a remark on it. `scale` is how many of the stored units make one displayed unit."""

    numerator: int
    denominator: int | None
    state: str = PROVISIONAL
    reason: Any = ""
    unit: str = COUNT
    scale: Fraction = Fraction(1)
    revision: int = 0
    computed_at: datetime | None = None
    version: int = 1

    @property
    def value(self) -> Fraction | None:
        if self.denominator == 0:
            return None
        return Fraction(self.numerator, self.denominator or 1) / self.scale

    @property
    def sample(self) -> int | None:
        """What the number counts on: the denominator of a ratio."""
        return self.denominator

    @property
    def is_provisional(self):
        return self.state == PROVISIONAL


@dataclass(frozen=True, eq=False, kw_only=True)
class KPI:
    slug: str
    name: Any
    group: str
    unit: str
    direction: str
    question: Any
    formula: Any
    numerator: Measure
    over: Measure | None = None
    example: Example | None = None
    bands: tuple[Band, ...] = ()
    version: int = 1
    variant: str = ""  # its name among the variants of `variant_of`
    variant_of: str = ""
    headline: Callable[[Any], str] | None = None  # company → the variant it has chosen
    matures: Callable[[Any], int] = lambda company: 0  # days after its end until a cohort is complete
    published_by: tuple[str, ...] = ("owner", "team")  # splits that are snapshotted, where it can be split so
    note: Any = ""  # what a reader should know beside the formula

    @property
    def parts(self) -> dict[str, Measure]:
        """What opens: the measures whose records stand behind the number."""
        return {"numerator": self.numerator} | ({"denominator": self.over} if self.over else {})

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(self.parts.values())

    @property
    def dimensions(self) -> tuple[str, ...]:
        first, *others = self.measures
        return tuple(name for name in first.dimensions if all(name in other.dimensions for other in others))

    @property
    def rollup(self) -> str:
        """The roll-up class: that of the numerator; only where every measure is F may periods be added."""
        return self.numerator.kind

    @property
    def is_additive(self) -> bool:
        return all(measure.kind == "F" for measure in self.measures)

    @property
    def lasts(self) -> bool:
        """Whether a change on a day shows in every later period as well."""
        return any(measure.lasts for measure in self.measures)

    @property
    def reads(self) -> set[str]:
        return {model._meta.label_lower for measure in self.measures for model in measure.reads}

    def scale(self, currency) -> Fraction:
        return Fraction(units(self.numerator, currency), units(self.over, currency) if self.over else 1)

    def counted(self, periods, dimension="", facts=None) -> list[dict[str, tuple]]:
        """Per period `{member: (numerator, denominator, remark)}`; the remark says why there is none, or how it is meant."""
        facts = facts or Facts()
        above = amounts(self.numerator, periods, dimension, facts)
        if not self.over:
            return [{m: (row.get(m, 0), None, "") for m in row or whole(dimension)} for row in above]
        below = amounts(self.over, periods, dimension, facts)
        return [
            {m: self.divided(up.get(m, 0), down.get(m, 0)) for m in (up | down) or whole(dimension)}
            for up, down in zip(above, below, strict=True)
        ]

    def divided(self, numerator, denominator):
        return numerator, denominator, "" if denominator else self.over.none

    def nothing(self):
        """The parts of a segment that has none."""
        return self.divided(0, 0) if self.over else (0, None, "")

    def as_variant(self, slug, variant, **changes):
        """The same KPI counted in another, separately named way."""
        return replace(self, slug=slug, variant=variant, variant_of=self.slug, headline=None, example=None, **changes)


def whole(dimension):
    """The company has a row even where there is nothing to count."""
    return () if dimension else ("",)


def units(measure, currency):
    """How many of a measure's integers make one displayed unit."""
    return {MICROS: MILLION, MINOR: 10 ** get_currency_precision(currency)}.get(measure.scale, 1)


@dataclass(frozen=True, eq=False, kw_only=True)
class Quantile(KPI):
    """A quantile of a flow's amounts, exact, by linear interpolation between ranks: it lies at rank (n − 1) × q.

    Published in `q.denominator`-ths, which is what interpolation needs. The records behind it are all of the flow's."""

    numerator: Flow
    q: Fraction

    @property
    def parts(self):
        return {"values": self.numerator}

    @property
    def is_additive(self):
        return False

    def counted(self, periods, dimension="", facts=None):
        found = self.numerator.distributions(periods, dimension)
        return [{m: self.read(row.get(m, [])) for m in row or whole(dimension)} for row in found]

    def nothing(self):
        return self.read([])

    def read(self, sizes):
        """`sizes` is `[(amount, how many), …]` in rising order."""
        count = sum(times for _size, times in sizes)
        if not count:
            return 0, 0, self.numerator.none
        rank, beyond = divmod((count - 1) * self.q.numerator, self.q.denominator)
        low, high = at_rank(sizes, rank), at_rank(sizes, rank + (beyond > 0))
        return low * self.q.denominator + beyond * (high - low), self.q.denominator, ""


def at_rank(sizes, rank):
    for size, times in sizes:
        if rank < times:
            return size
        rank -= times


@dataclass(frozen=True, eq=False, kw_only=True)
class Lifespan(KPI):
    """1 / churn; where nobody left, `otherwise` over `per` instead, marked with `remark`."""

    otherwise: Measure
    per: Measure
    remark: Any

    @property
    def measures(self):
        return self.numerator, self.over, self.otherwise, self.per

    def counted(self, periods, dimension="", facts=None):
        facts = facts or Facts()
        found = super().counted(periods, dimension, facts)
        quiet = [i for i, row in enumerate(found) if any(not below for _n, below, _r in row.values()) or not row]
        if quiet:
            asked = [periods[i] for i in quiet]
            ages, counts = amounts(self.otherwise, asked, dimension, facts), amounts(self.per, asked, dimension, facts)
            for i, age, count in zip(quiet, ages, counts, strict=True):
                for m in {m for m, row in found[i].items() if not row[1]} | (set(count) - set(found[i])):
                    found[i][m] = (age.get(m, 0), count.get(m, 0), self.remark if count.get(m) else self.per.none)
        return found


@dataclass(frozen=True, eq=False, kw_only=True)
class Product(KPI):
    """The product of other KPIs. Published in millionths of the displayed unit, rounded half up."""

    numerator: Any = None
    factors: tuple[KPI, ...] = ()
    weigh: Callable[[list[Fraction]], Fraction] | None = None  # instead of the plain product

    @property
    def parts(self):
        return {f"{kpi.slug}.{part}": measure for kpi in self.factors for part, measure in kpi.parts.items()}

    @property
    def measures(self):
        return tuple(measure for kpi in self.factors for measure in kpi.measures)

    @property
    def rollup(self):
        return "—"

    def scale(self, currency):
        return Fraction(1)

    def counted(self, periods, dimension="", facts=None):
        facts = facts or Facts()
        found = [kpi.counted(periods, dimension, facts) for kpi in self.factors]
        rows = zip(*found, strict=True)
        return [{m: self.multiplied([row.get(m) for row in row_of]) for m in set().union(*row_of)} for row_of in rows]

    def nothing(self):
        return self.multiplied([None] * len(self.factors))

    def multiplied(self, rows):
        from crm.models import Company

        values, remark = [], ""
        currency = Company.current().currency
        for kpi, row in zip(self.factors, rows, strict=True):
            numerator, denominator, said = row or (0, 0, kpi.over.none)
            if denominator == 0:
                return 0, 0, said
            values.append(Fraction(numerator, denominator or 1) / kpi.scale(currency))
            remark = remark or said
        total = self.weigh(values) if self.weigh else multiply(values)
        return floor(total * MILLION + Fraction(1, 2)), MILLION, remark


def multiply(values):
    total = Fraction(1)
    for value in values:
        total *= value
    return total
