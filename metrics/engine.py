"""Answers: what a KPI is in a period, over a range, by segment, and the very records behind it.

Everything here is computed live from the records, with a small and constant number of queries; `history` alone reads
what was published (`Snapshot`). `kpi` is a slug or a `metrics.kpi.KPI`. Periods come from `crm.periods`; one that is not
over yet is cut after today, so that costs and cohorts of days to come never enter.

Members are strings: the primary key of an owner, team or product, the key of a source, a country or industry as
it stands on the record, and `NOBODY` ("-") where there is none. Splits therefore always add up to the whole.
"""

from metrics.kpi import KPI, Band, Figure

NOBODY = "-"


def find(slug: str, variant: str = "") -> KPI:
    """The declaration behind a slug. Where a KPI has variants (`customer_churn_rate`: start_base, early_leavers,
    events) an empty `variant` means the one the company has chosen as its headline. Unknown → `Invalid`."""
    raise NotImplementedError


def catalogue() -> list[KPI]:
    """Every declared KPI in the order of the catalogue, variants right after the KPI they belong to."""
    raise NotImplementedError


def answer(kpi, period, *, dimension="", member="", today=None) -> Figure:
    """The KPI for one period, of the company or of one member of a dimension."""
    raise NotImplementedError


def series(kpi, periods, *, dimension="", member="", today=None) -> dict:
    """`{period.start: Figure}` for consecutive periods, in one pass over the records."""
    raise NotImplementedError


def split(kpi, period, dimension, *, today=None) -> dict[str, Figure]:
    """`{member: Figure}`: every member that has anything in the numerator or the denominator."""
    raise NotImplementedError


def split_series(kpi, periods, dimension, *, today=None) -> dict:
    """`{period.start: {member: Figure}}`, in one pass over the records."""
    raise NotImplementedError


def members(kpi, part, period, *, dimension="", member="", today=None):
    """The records behind a part ("numerator", "denominator", or one of `kpi.parts`), a queryset annotated with
    `amount`; the amounts add up to that part exactly. Callers apply `visible_to(user)`, or use `members_visible`."""
    raise NotImplementedError


def members_visible(kpi, part, period, user, *, dimension="", member="", today=None):
    """(records the user may see, total of the part, total of what they may see): the page says when they differ."""
    raise NotImplementedError


def labels(dimension, members) -> dict[str, str]:
    """How members are called, in one query whatever their number; `NOBODY` gets its own translated name."""
    raise NotImplementedError


def comparison(kpi, period, *, dimension="", member="", today=None):
    """`Comparison(now, before)`: the figure and that of the previous period. While the period is running, `before` is
    the same number of elapsed days of the previous one and both are provisional. `.change` is `Fraction | None`."""
    raise NotImplementedError


def bands(kpi, figure, grain="", currency="") -> Band | None:
    """The benchmark band a figure falls into; `band.colours` is False where its grain or currency is not the shown one
    or unstated: it is then displayed, but does not colour the value."""
    raise NotImplementedError


def history(kpis, grain, start, end, *, dimension="", member="") -> dict:
    """What was published: `{slug: {start: Figure}}` from the current snapshots of many KPIs in one query. `Figure`s
    from here carry `computed_at`, `state` and `revision`; periods without a snapshot are simply absent."""
    raise NotImplementedError
