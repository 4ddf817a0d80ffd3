"""The catalogue, and a page per KPI: what it is, how it went, how it is counted, and the records behind it."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm import formats
from crm.exceptions import Invalid
from crm.periods import Grain, Period, following, period_of
from crm.spark import limits
from metrics import engine, goal_rows, records, tiles
from metrics.models import Snapshot
from metrics.published import as_figure
from metrics.selection import select, shown_members
from metrics.views.dashboard import newest, selection_context
from metrics.wording import DIMENSIONS, example_words, group_label, period_label, progress_label, short_label

TREND_POINTS = {Grain.DAY: 30, Grain.WEEK: 26, Grain.MONTH: 24, Grain.QUARTER: 9, Grain.YEAR: 4}
TREND_GRAIN = {Grain.QUARTER: Grain.MONTH, Grain.YEAR: Grain.MONTH}
SPLIT_ROWS = 12


def kpi_or_404(slug):
    try:
        return engine.find(slug)
    except Invalid as error:
        raise Http404(str(error)) from error


@login_required
@require_GET
def kpi_list(request):
    query = request.GET.get("q", "").strip()[:100]
    selection = select(request.GET, request.user)
    kpis = [kpi for kpi in engine.catalogue() if visible_for(kpi, selection) and matches(kpi, query)]
    past, _periods = tiles.history([kpi.slug for kpi in kpis], selection)
    groups = {}
    for kpi in kpis:
        groups.setdefault(kpi.group, []).append(catalogue_row(kpi, past[kpi.slug], selection))
    context = {
        "q": query,
        "count": len(kpis),
        "all_url": reverse("kpi_list"),
        "groups": [{"label": group_label(group), "rows": rows} for group, rows in groups.items()],
    }
    return render(request, "metrics/kpi_list.html", context)


def visible_for(kpi, selection):
    return not selection.dimension or selection.dimension in kpi.dimensions


def matches(kpi, query):
    words = f"{kpi.slug} {kpi.name} {kpi.question}".casefold()
    return all(word in words for word in query.casefold().split())


def catalogue_row(kpi, past, selection):
    values = [point.value if point else None for point in past]
    latest = next((value for value in reversed(values) if value is not None), None)
    return {
        "url": tiles.kpi_url(kpi, selection),
        "name": kpi.name,
        "question": kpi.question,
        "values": values if latest is not None else None,
        "direction": tiles.direction(kpi),
        "value": formats.value(latest, kpi.unit, selection.company.currency),
    }


@login_required
@require_GET
def kpi_detail(request, slug):
    kpi = kpi_or_404(slug)
    selection = select(request.GET, request.user)
    if not visible_for(kpi, selection):
        raise Http404(_("This number cannot be split by person."))
    both = engine.comparison(kpi, selection.period, today=selection.today, **selection.segment)
    goal = goal_rows.by_kpi(goal_rows.current(request.user, selection, kpi=kpi.slug), selection.period).get(kpi.slug)
    past, _periods = tiles.history([kpi.slug], selection)
    context = selection_context(request, selection) | {
        "kpi": kpi,
        "group_label": group_label(kpi.group),
        "figure": both.now,
        "change": both.change,
        "than": tiles.than(kpi, selection, both.before),
        "direction": tiles.direction(kpi),
        "currency": selection.company.currency,
        "state": both.now.state if both.now.state != "closed" else "",
        "progress_label": progress_label(selection.period, selection.today, selection.company),
        "goal": goal,
        "bullet": tiles.bullet(kpi, both.now.value, selection, goal),
        "counted": tiles.counted(kpi, both.now, selection.company.currency),
        "freshness": tiles.freshness(selection, newest(past)),
        "trend": trend(kpi, selection),
        "formula": formula(kpi, both.now, selection),
        "variants": variants(kpi, selection),
        "example": example_words(kpi),
        "published": published(kpi, selection, request.user),
        "records": records.table(
            kpi, selection, request.user,
            part=request.GET.get("part", ""), after=request.GET.get("after", ""), path=request.path,
        ),
    }  # fmt: skip
    context |= benchmark(kpi, both.now, selection) | split(
        kpi, selection, request.user, request.GET.get("by", ""), request.path
    )
    return render(request, "metrics/kpi_detail.html", context)


def benchmark(kpi, figure, selection):
    band = engine.bands(kpi, figure, grain=selection.period.grain, currency=selection.company.currency)
    note = str(band.source) if band else ""
    return {"band": tiles.band_words(kpi, band, selection.company.currency), "band_note": note}


def trend(kpi, selection):
    """The line of published periods up to the one shown, with the usual range; its last point live where still open."""
    grain = TREND_GRAIN.get(selection.period.grain, selection.period.grain)
    day = min(selection.today, selection.period.end - timedelta(days=1))
    period = period_of(grain, day, selection.company)
    periods = [following(period, selection.company, n) for n in range(1 - TREND_POINTS[grain], 1)]
    figures = engine.series(kpi, periods, today=selection.today, **selection.segment)
    values = [tiles.chart_value(figures[p.start].value, kpi.unit) for p in periods]
    first = next((i for i, value in enumerate(values) if value is not None), len(values))
    values, periods = values[first:], periods[first:]
    if len(values) < 2:
        return {"heading": _("Trend"), "data": None}
    closed = [v for v in values[:-1] if v is not None]
    usual = usual_range(kpi, closed)
    currency = selection.company.currency
    say = lambda value: formats.value(value / 100 if kpi.unit == "percent" else value, kpi.unit, currency)  # noqa: E731
    is_open = periods[-1].end > selection.today
    data = {
        "labels": [short_label(p) for p in periods],
        "values": values,
        "open": is_open,
        "now": _("%(value)s so far") % {"value": say(values[-1])} if is_open and values[-1] is not None else "",
        "phases": [{"from": 0, "to": len(values) - 1 - is_open, "mean": usual[0], "low": usual[1], "high": usual[2]}]
        if usual
        else [],
        "notes": [],
        "outside": _("outside the limits"),
        "direction": tiles.direction(kpi),
        "name": str(kpi.name),
        "urls": [reverse("kpi_detail", args=[kpi.slug]) + selection.at(p).query() for p in periods],
        "format": formats.chart_format(kpi.unit, currency),
    }
    note = ""
    if usual:
        note = _("Shaded: usual range %(low)s to %(high)s. Within it, up or down is noise.") % {
            "low": say(max(usual[1], 0) if min(closed) >= 0 else usual[1]),
            "high": say(usual[2]),
        }
    label = Grain(grain).label
    return {
        "heading": (_("By %(grain)s, with its usual range") if usual else _("By %(grain)s")) % {"grain": label},
        "data": data,
        "note": note,
        "words": _("%(kpi)s by %(grain)s, %(count)s points, the last %(value)s")
        % {
            "kpi": kpi.name,
            "grain": label,
            "count": len(values),
            "value": say(values[-1]) if values[-1] is not None else "—",
        },
    }


def usual_range(kpi, values):
    """Mean and limits, where a line keeps to them: a stock that grows, or one that has left them for good, does not."""
    found = None if kpi.rollup == "S" else limits(values)
    if found and sum(not found[1] <= value <= found[2] for value in values) > len(values) // 5:
        return None
    return found


def formula(kpi, figure, selection):
    """The formula with this period's numbers put in: [numerator over denominator] = value."""
    currency = selection.company.currency
    value = formats.value(figure.value, kpi.unit, currency)
    parts = kpi.parts
    if set(parts) != {"numerator", "denominator"} or figure.denominator is None:
        return format_html("<b>{}</b>", value)
    return format_html(
        '<span class="frac"><span><a class="open" href="{}">{}</a></span><span><a class="open" href="{}">{}</a></span></span>'
        '<span class="faint">=</span><b>{}</b>',
        tiles.kpi_url(kpi, selection, part="numerator") + "#records",
        tiles.amount(figure.numerator, parts["numerator"], currency),
        tiles.kpi_url(kpi, selection, part="denominator") + "#records",
        tiles.amount(figure.denominator, parts["denominator"], currency),
        value,
    )


def variants(kpi, selection):
    """The same question counted in other ways, side by side."""
    family = kpi.variant_of or kpi.slug
    others = [
        other for other in engine.catalogue() if family in (other.slug, other.variant_of) and other.slug != kpi.slug
    ]
    currency, rows = selection.company.currency, []
    for other in others:
        if not visible_for(other, selection):
            continue
        figure = engine.answer(other, selection.period, today=selection.today, **selection.segment)
        rows.append(
            {
                "name": other.name,
                "url": tiles.kpi_url(other, selection),
                "counted": tiles.counted(other, figure, currency),
                "value": formats.value(figure.value, other.unit, currency),
            }
        )
    return rows


def split(kpi, selection, user, by, path):
    """The KPI by one dimension, largest first, within what the reader may see; of a segment only that segment."""
    if not kpi.dimensions:
        return {"split_reason": _("This number is one for the whole company.")}
    if selection.dimension:
        return {"split_reason": _("Only one segment is shown, and what lies behind it stands below.")}
    by = by or kpi.dimensions[0]
    if by not in kpi.dimensions:
        raise Invalid(_("This number cannot be split by “%(by)s”.") % {"by": by[:40]})
    everybody = engine.split(kpi, selection.period, by, today=selection.today)
    figures = shown_members(user, by, everybody)
    ordered = sorted(figures.items(), key=lambda item: (item[1].denominator or 0, item[1].numerator), reverse=True)
    names = engine.labels(by, [member for member, _figure in ordered[:SPLIT_ROWS]])
    currency = selection.company.currency
    top = max((abs(figure.value or 0) for _m, figure in ordered[:SPLIT_ROWS]), default=0)
    rows = [
        {
            "label": names[member],
            "counted": tiles.counted(kpi, figure, currency),
            "value": formats.value(figure.value, kpi.unit, currency),
            "width": round(float(100 * abs(figure.value or 0) / top), 1) if top else 0,
            "url": tiles.kpi_url(kpi, selection, **{by: member})
            if by in ("team", "owner") and member != engine.NOBODY
            else "",
        }
        for member, figure in ordered[:SPLIT_ROWS]
    ]
    left_out = len(ordered) - len(rows)
    labels = DIMENSIONS
    return {
        "splits": [
            {"label": labels[d], "on": d == by, "url": path + selection.query(by=d) + "#h-split"}
            for d in kpi.dimensions
        ],
        "split_label": labels[by],
        "split_reason": _("There is no record behind this number in this period."),
        "split_rows": rows,
        "split_note": split_note(left_out, len(everybody) - len(figures)),
    }


def split_note(smaller, hidden):
    """What the rows leave out, and why."""
    said = [_("%(count)s more, smaller ones are left out here.") % {"count": smaller}] if smaller else []
    if hidden:
        said.append(_("%(count)s of other teams are not shown.") % {"count": hidden})
    return " ".join(said)


def published(kpi, selection, user):
    """The last snapshots of this grain and segment, with earlier revisions beside them."""
    found = (
        Snapshot.objects.visible_to(user)
        .filter(kpi=kpi.slug, grain=selection.period.grain, start__lte=selection.period.start, **selection.segment)
        .order_by("-start", "-revision")[:8]
    )
    rows = []
    for snapshot in found:
        figure = as_figure(snapshot)
        label = period_label(Period(snapshot.start, snapshot.end, snapshot.grain), selection.company)
        rows.append(
            {
                "label": label,
                "value": formats.value(figure.value, kpi.unit, selection.company.currency),
                "counted": tiles.counted(kpi, figure, selection.company.currency),
                "state": snapshot.get_state_display() if snapshot.is_current else _("replaced"),
                "revision": snapshot.revision,
                "computed_at": snapshot.computed_at,
            }
        )
    return rows
