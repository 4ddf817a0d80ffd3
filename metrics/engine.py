"""Answers: what a KPI is in a period, over a range, by segment, and the very records behind it.

Everything here is computed live from the records, with a small and constant number of queries; what was published is
read in `metrics.published`. `kpi` is a slug or a `metrics.kpi.KPI`. Periods come from `crm.periods`; one that is not over
yet is cut after today, so that costs and cohorts of days to come never enter.

Members are strings: the primary key of an owner, team or product, the key of a source, a country or industry as
it stands on the record, and `NOBODY` ("-") where there is none. Splits therefore always add up to the whole.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import Product, Team, User
from crm.exceptions import Invalid
from crm.models import Company
from crm.periods import Period, previous
from leads.models import Source
from metrics.catalogue import KPIS
from metrics.kpi import CLOSED, DOWN, KPI, PROVISIONAL, Band, Figure
from metrics.measures import NOBODY, Facts

__all__ = [
    "NOBODY",
    "answer",
    "bands",
    "catalogue",
    "comparison",
    "find",
    "labels",
    "members",
    "members_visible",
    "series",
    "split",
]


def find(slug, variant="") -> KPI:
    """The declaration behind a slug. Where a KPI has variants (`customer_churn_rate`: start_base, early_leavers,
    events) an empty `variant` means the one the company has chosen as its headline. Unknown → `Invalid`."""
    if isinstance(slug, KPI):
        return slug
    kpi = KPIS.get(slug)
    if not kpi:
        raise Invalid(_("There is no KPI called “%(slug)s”.") % {"slug": slug}, code="unknown_kpi")
    wanted = variant or (kpi.headline(Company.current()) if kpi.headline else kpi.variant)
    for other in variants(kpi):
        if other.variant == wanted:
            return other
    raise Invalid(_("“%(variant)s” is no variant of it.") % {"variant": variant}, code="unknown_variant")


def catalogue() -> list[KPI]:
    """Every declared KPI in the order of the catalogue, variants right after the KPI they belong to."""
    return [other for kpi in KPIS.values() if not kpi.variant_of for other in variants(kpi)]


def variants(kpi) -> list[KPI]:
    """The KPI and its variants; of one that is itself a variant, that alone."""
    return [kpi] if kpi.variant_of else [kpi, *(other for other in KPIS.values() if other.variant_of == kpi.slug)]


def answer(kpi, period, *, dimension="", member="", variant="", today=None, facts=None) -> Figure:
    """The KPI for one period, of the company or of one member of a dimension. Whoever asks for several KPIs of the same
    periods shares `facts`, so that they read the same records once."""
    asked = {"dimension": dimension, "member": member, "variant": variant, "today": today, "facts": facts}
    return series(kpi, [period], **asked)[period.start]


def series(kpi, periods, *, dimension="", member="", variant="", today=None, facts=None) -> dict:
    """`{period.start: Figure}` for consecutive periods, in one pass over the records."""
    kpi = find(kpi, variant)
    found = split_series(kpi, periods, dimension, today=today, facts=facts)
    nothing = {p.start: figure(kpi, p, kpi.nothing(), today) for p in periods}
    return {start: row.get(member, nothing[start]) for start, row in found.items()}


def split(kpi, period, dimension, *, variant="", today=None) -> dict[str, Figure]:
    """`{member: Figure}`: every member that has anything in the numerator or the denominator."""
    return split_series(kpi, [period], dimension, variant=variant, today=today)[period.start]


def split_series(kpi, periods, dimension="", *, variant="", today=None, facts=None) -> dict:
    """`{period.start: {member: Figure}}`, in one pass over the records. Without a dimension the member is ""."""
    kpi = find(kpi, variant)
    if dimension and dimension not in kpi.dimensions:
        message = _("“%(kpi)s” cannot be split by “%(dimension)s”.") % {"kpi": kpi.name, "dimension": dimension}
        raise Invalid(message, code="unknown_dimension")
    today = today or Company.current().today()
    begun = [period for period in periods if period.start <= today]
    counted = kpi.counted([cut(p, today) for p in begun], dimension, facts or Facts()) if begun else []
    found = {period.start: {} for period in periods}
    for period, row in zip(begun, counted, strict=True):
        found[period.start] = {member: figure(kpi, period, parts, today) for member, parts in row.items()}
    return found


def cut(period, today):
    """The period up to and including today."""
    return replace(period, end=min(period.end, today + timedelta(days=1)))


def figure(kpi, period, parts, today=None) -> Figure:
    company = Company.current()
    numerator, denominator, remark = parts
    state = CLOSED if is_closed(kpi, period, today or company.today()) else PROVISIONAL
    scale = kpi.scale(company.currency)
    return Figure(numerator, denominator, state, remark, kpi.unit, scale, version=kpi.version)


def is_closed(kpi, period, today):
    """Over, and its cohort has matured."""
    return period.end + timedelta(days=kpi.matures(Company.current())) <= today


def members(kpi, part, period, *, dimension="", member="", variant="", today=None):
    """The records behind a part ("numerator", "denominator", or one of `kpi.parts`), a queryset annotated with what
    each `adds`; these add up to that part exactly. Callers apply `visible_to(user)`, or use `members_visible`."""
    kpi = find(kpi, variant)
    if part not in kpi.parts:
        raise Invalid(_("“%(part)s” is no part of it.") % {"part": part}, code="unknown_part")
    if dimension and dimension not in kpi.dimensions:
        message = _("“%(kpi)s” cannot be split by “%(dimension)s”.") % {"kpi": kpi.name, "dimension": dimension}
        raise Invalid(message, code="unknown_dimension")
    return kpi.parts[part].members(cut(period, today or Company.current().today()), dimension, member)


def members_visible(kpi, part, period, user, *, dimension="", member="", variant="", today=None):
    """(records the user may see, total of the part, total of what they may see): the page says when they differ."""
    behind = members(kpi, part, period, dimension=dimension, member=member, variant=variant, today=today)
    visible = behind.visible_to(user)
    return visible, added(behind), added(visible)


def added(behind) -> int:
    return int(behind.order_by().aggregate(total=Sum("adds"))["total"] or 0)


LABELLED: dict[str, tuple[Any, str, str]] = {
    "owner": (User, "pk", "name"),
    "team": (Team, "pk", "name"),
    "product": (Product, "pk", "name"),
    "source": (Source, "key", "name"),
}
NOBODY_IS = {
    "owner": lambda: _("Nobody"),
    "team": lambda: _("No team"),
    "product": lambda: _("No product"),
    "source": lambda: _("No source"),
    "country": lambda: _("No country"),
    "industry": lambda: _("No industry"),
}


def labels(dimension, members) -> dict[str, str]:
    """How members are called, in one query whatever their number; `NOBODY` gets its own translated name."""
    found = {member: member for member in members}
    if dimension in LABELLED:
        model, key, name = LABELLED[dimension]
        rows = model.objects.filter(**{f"{key}__in": [m for m in found if m != NOBODY]}).values_list(key, name)
        found |= {str(member): label for member, label in rows}
    if NOBODY in found:
        found[NOBODY] = NOBODY_IS[dimension]()
    return found


@dataclass(frozen=True)
class Comparison:
    now: Figure
    before: Figure
    period: Period  # as it was compared: cut where it is still running
    previous: Period
    better: bool | None  # the judgement of the change by the KPI's direction; None where it is neither

    @property
    def change(self) -> Fraction | None:
        """In display units (percent: a difference of shares)."""
        if self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value


def comparison(kpi, period, *, dimension="", member="", variant="", today=None, facts=None) -> Comparison:
    """The figure and that of the previous period. While the period is running, that is the same number of elapsed days
    of the previous one, and both are provisional."""
    kpi = find(kpi, variant)
    company = Company.current()
    today = today or company.today()
    now, before = cut(period, today), previous(period, company)
    if now.end < period.end:
        before = before.first_days(max(now.days, 0))
    asked = {"dimension": dimension, "member": member, "today": today, "facts": facts}
    present = answer(kpi, period, **asked)
    past = answer(kpi, before, **asked)
    if now.end < period.end:
        past = replace(past, state=PROVISIONAL)
    found = Comparison(present, past, now, before, None)
    if found.change and kpi.direction:
        return replace(found, better=(found.change < 0) == (kpi.direction == DOWN))
    return found


def bands(kpi, figure, grain="", currency="") -> Band | None:
    """The benchmark band a figure falls into; `band.colours` is False where its grain or currency is not the shown one
    or unstated: it is then displayed, but does not colour the value."""
    if figure.value is None:
        return None
    for band in bands_of(kpi, grain, currency):
        if band.holds(figure.value):
            return band
    return None


def bands_of(kpi, grain="", currency="") -> list[Band]:
    """The KPI's bands for companies like ours, each with whether it colours a value of this grain and currency."""
    kpi, company = find(kpi), Company.current()
    trade = "ecommerce" if company.active_rule == Company.ActiveRule.ORDERS else "saas"
    money = kpi.unit == "money"
    return [
        replace(
            band,
            colours=bool(band.grain)
            and band.grain == grain
            and (not money or band.currency == (currency or company.currency)),
        )
        for band in kpi.bands
        if band.trade in ("", trade)
    ]
