"""KPIs as tiles and rows: what the engine answers, in the shapes that templates show."""

from datetime import timedelta
from fractions import Fraction

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account, Movement, MrrInterval
from crm import formats
from crm.periods import following
from metrics import engine, published
from metrics.kpi import DOWN, UP, units
from metrics.measures import DAYS, MICROS, MINOR
from metrics.wording import period_label, span_label

POINTS = 13
DIRECTIONS = {UP: "higher", DOWN: "lower"}


def direction(kpi):
    return DIRECTIONS.get(kpi.direction, "")


def amount(number, measure, currency):
    """One of a measure's integers in words: €1,260, 36, 41.5 d."""
    if measure.scale == DAYS:
        return formats.value(number, "days", digits=0)
    if measure.scale not in (MICROS, MINOR):
        return formats.number(number)
    major = Fraction(number, units(measure, currency))
    return formats.value(major, "money", currency)


def noun(measure, count):
    """What a measure counts: "customers", "1 lead"; empty for amounts of money."""
    if measure.scale in (MICROS, MINOR) or not measure.reads:
        return ""
    model = measure.reads[0]
    if model in (Account, Movement, MrrInterval):
        return ngettext("customer", "customers", count)
    return str(model._meta.verbose_name if count == 1 else model._meta.verbose_name_plural)


def counted(kpi, figure, currency):
    """What a value counts on: "36 of 946 customers", "€85,260 for 98 customers"."""
    parts = list(kpi.parts.values())
    if len(parts) != 2 or figure.denominator is None or set(kpi.parts) != {"numerator", "denominator"}:
        return ""
    above, below = parts
    first = amount(figure.numerator, above, currency)
    second = " ".join(filter(None, [amount(figure.denominator, below, currency), noun(below, figure.denominator)]))
    if above.scale == DAYS:
        words = _("%(part)s over %(whole)s")
    elif (above.scale in (MICROS, MINOR)) == (below.scale in (MICROS, MINOR)):
        words = _("%(part)s of %(whole)s")
    else:
        words = _("%(part)s for %(whole)s")
    return words % {"part": first, "whole": second}


def history(slugs, selection):
    """`({slug: [the values of the last twelve published periods]}, their periods)` in one query."""
    first = following(selection.period, selection.company, 1 - POINTS)
    periods = [following(first, selection.company, n) for n in range(POINTS - 1)]
    found = published.history(slugs, selection.period.grain, first.start, selection.period.start, **selection.segment)
    return {slug: [found.get(slug, {}).get(period.start) for period in periods] for slug in slugs}, periods


def tile(kpi, selection, past, goal=None, *, wide=False, facts=None):
    """Everything one tile shows; `past` are the figures of the periods before, oldest first."""
    currency = selection.company.currency
    both = engine.comparison(kpi, selection.period, today=selection.today, facts=facts, **selection.segment)
    figure = both.now
    band = engine.bands(kpi, figure, grain=selection.period.grain, currency=currency)
    return {
        "url": kpi_url(kpi, selection),
        "name": kpi.name,
        "state": state_mark(kpi, figure, selection),
        "value": figure.value,
        "reason": figure.reason,
        "unit": kpi.unit,
        "currency": currency,
        "change": both.change,
        "direction": direction(kpi),
        "values": [*(point.value if point else None for point in past), figure.value],
        "spark_label": _("%(kpi)s, the last %(count)s periods") % {"kpi": kpi.name, "count": POINTS},
        "provisional": selection.is_open,
        "bullet": bullet(kpi, figure.value, selection, goal),
        "band": band_words(kpi, band, currency),
        "goal": goal["target"] if goal else "",
        "pill": {"text": goal["state"], "tone": goal["tone"]} if goal else None,
        "counts": counted(kpi, figure, currency),
        "wide": wide,
    }


def state_mark(kpi, figure, selection):
    """The mark beside a name: maturing where the period is over but its cohort is not complete."""
    if figure.is_provisional and not selection.is_open:
        return "maturing"
    return figure.state if figure.state == "restated" else ""


def kpi_url(kpi, selection, **changes):
    return reverse("kpi_detail", args=[kpi.slug]) + selection.query(**changes)


def band_words(kpi, band, currency):
    """Exceptional (below 5 %)."""
    if not band:
        return ""
    low, high = (None if edge is None else formats.value(edge, kpi.unit, currency) for edge in (band.low, band.high))
    if low is None:
        span = _("below %(high)s") % {"high": high}
    elif high is None:
        span = _("from %(low)s") % {"low": low}
    else:
        span = f"{low} – {high}"
    return f"{band.label} ({span})"


def bullet(kpi, value, selection, goal=None):
    """Positions in percent of a scale that holds the bands, the value and the goal; None where there is neither."""
    bands = engine.bands_of(kpi)
    edges = sorted({float(edge) for band in bands for edge in (band.low, band.high) if edge is not None and edge > 0})
    target = float(goal["target_value"]) if goal else None
    if value is None or not (edges or target):
        return None
    top = max([*edges, float(value), target or 0]) * 1.2 or 1
    share = lambda x: max(0.0, min(100.0, 100 * x / top))  # noqa: E731
    shape = {"v": share(float(value)), "kind": "rev" if kpi.direction == DOWN else ""}
    if edges:
        shape |= {"b1": share(edges[0]), "b2": share(edges[1] if len(edges) > 1 else top)}
    if target is not None:
        shape["t"] = share(target)
    return shape


def than(kpi, selection, before):
    """What a change is measured against: "than 4.4 %, 1 Jul – 18 Aug"."""
    if before.value is None:
        return ""
    period = following(selection.period, selection.company, -1)
    if selection.is_open:
        period = period.first_days((selection.today - selection.period.start).days + 1)
        label = span_label(period)
    else:
        label = period_label(period, selection.company)
    text = formats.value(before.value, kpi.unit, selection.company.currency)
    return _("than %(value)s, %(period)s") % {"value": text, "period": label}


def freshness(selection, computed_at):
    """How fresh the page is: "To 20 Nov written down last night, today live at 09:12"."""
    now = formats.clock(timezone.now())
    if not selection.is_open:
        return _("counted live at %(time)s") % {"time": now}
    if computed_at is None:
        return _("counted live at %(time)s; the first snapshot is taken after midnight") % {"time": now}
    yesterday = formats.day(selection.today - timedelta(days=1))
    return _("to %(day)s published %(when)s, today live at %(time)s") % {
        "day": yesterday,
        "when": formats.moment(computed_at),
        "time": now,
    }


def chart_value(value, unit):
    """A figure as charts draw it: percent points instead of shares."""
    if value is None:
        return None
    return round(float(value) * (100 if unit == "percent" else 1), 4)
