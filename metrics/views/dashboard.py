"""The dashboard: a company's, team's or person's key figures for one period on one screen."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from accounts.models import Team
from crm import formats
from crm.periods import period_of
from leads.models import Lead
from metrics import engine, goal_rows, tiles
from metrics.funnel import funnel
from metrics.measures import Facts
from metrics.selection import PAGE_GRAINS, Selection, select, sellers
from metrics.wording import period_label

COMPANY = (
    "mrr_growth_rate", "customer_churn_rate", "cac", "cltv_retention_weighted", "lead_conversion_rate", "win_rate",
    "average_deal_value", "sales_cycle_length", "nrr", "mrr",
)  # fmt: skip
PERSON = (
    "revenue_won",
    "lead_conversion_rate",
    "win_rate",
    "average_deal_value",
    "deals_won",
    "sales_cycle_length",
    "leads_created",
)
WIDE = ("mrr_growth_rate", "revenue_won", "mrr")
MOVEMENTS = ("new_mrr", "expansion_mrr", "reactivation_mrr", "contraction_mrr", "churned_mrr")


@login_required
@require_GET
def dashboard(request):
    selection = select(request.GET, request.user)
    return render(request, "metrics/dashboard.html", context_of(request, selection))


def context_of(request, selection):
    slugs = COMPANY if selection.dimension != "owner" else PERSON
    kpis = [kpi for kpi in map(engine.find, slugs) if not selection.dimension or selection.dimension in kpi.dimensions]
    past, _periods = tiles.history([kpi.slug for kpi in kpis], selection)
    goals = goal_rows.current(request.user, selection)
    by_kpi = goal_rows.by_kpi(goals, selection.period)
    facts = Facts()  # tiles and waterfall read the same records once
    shown = [
        tiles.tile(kpi, selection, past[kpi.slug], by_kpi.get(kpi.slug), wide=kpi.slug in WIDE, facts=facts)
        for kpi in kpis
    ]
    return selection_context(request, selection) | {
        "heading": heading(request, selection),
        "sentence": sentence(selection, len(shown)),
        "tiles": shown,
        "has_facts": Lead.objects.alive().exists() or any(tile["value"] for tile in shown),
        "first_url": reverse("lead_create"),
        "goals": goals,
        "goal_create_url": reverse("goal_create"),
        "working_days": goal_rows.working_days(selection),
        "waterfall": waterfall(selection, facts),
        "funnel": with_cohort(funnel(selection), selection),
        "freshness": tiles.freshness(selection, newest(past)),
    }


def selection_context(request, selection: Selection):
    """What metrics/_selection.html needs."""
    later = selection.later()
    segments, label = segment_choices(request.user, selection)
    return {
        "selection": selection,
        "path": request.path,
        "grains": [
            {
                "label": grain.label.capitalize(),
                "on": grain == selection.period.grain,
                "url": grain_url(selection, grain),
            }
            for grain in PAGE_GRAINS
        ],
        "period_label": period_label(selection.period, selection.company),
        "earlier": selection.earlier().query(),
        "later": later.query() if later else "",
        "segments": segments,
        "segment_label": label,
    }


def grain_url(selection, grain):
    """The same moment in another grain: the open period, or the one that holds the last day shown."""
    day = min(selection.today, selection.period.end - timedelta(days=1))
    return selection.at(period_of(grain, day, selection.company)).query()


def segment_choices(user, selection):
    """(the segments the user may choose, how the chosen one is called)."""
    if not user.has_role("manager", "admin"):
        return [], str(user)
    everything = Selection(selection.period, selection.today, selection.company)
    choices = [{"label": _("all"), "url": everything.query(), "on": not selection.dimension}]
    groups = [("team", Team.objects.visible_to(user)), ("owner", sellers(user))]
    for dimension, records in groups:
        for record in records:
            on = (selection.dimension, selection.member) == (dimension, str(record.pk))
            choices.append({"label": str(record), "url": everything.query(**{dimension: record.pk}), "on": on})
    label = next((choice["label"] for choice in choices if choice["on"]), _("all"))
    return choices, label


def heading(request, selection):
    if selection.dimension == "owner" and selection.member == str(request.user.pk):
        return _("Your numbers")
    if selection.dimension:
        return engine.labels(selection.dimension, [selection.member])[selection.member]
    return selection.company.name


def sentence(selection, count):
    label = period_label(selection.period, selection.company)
    if not selection.is_open:
        return _("%(count)s numbers for %(period)s, beside the period before.") % {"count": count, "period": label}
    gone = (selection.today - selection.period.start).days + 1
    return _(
        "%(count)s numbers for %(period)s, %(gone)s of %(days)s days, beside the first %(gone)s days of the period before."
    ) % {
        "count": count,
        "period": label,
        "gone": gone,
        "days": selection.period.days,
    }


def newest(past):
    stamps = [point.computed_at for points in past.values() for point in points if point and point.computed_at]
    return max(stamps, default=None)


def waterfall(selection, facts):
    """The period's MRR movements as steps that add up to the difference between its two ends."""
    answers = {
        slug: engine.answer(slug, selection.period, today=selection.today, facts=facts, **selection.segment)
        for slug in (*MOVEMENTS, "net_new_mrr", "mrr")
    }
    values = {slug: float(figure.value or 0) for slug, figure in answers.items()}
    for slug in ("contraction_mrr", "churned_mrr"):
        values[slug] = -abs(values[slug])
    labels = dict(
        zip(
            MOVEMENTS,
            (pgettext("movement", "New"), _("Expansion"), _("Reactivation"), _("Contraction"), _("Churn")),
            strict=True,
        )
    )
    currency = selection.company.currency
    steps = [
        [labels[slug], round(values[slug], 2), "", tiles.kpi_url(engine.find(slug), selection)] for slug in MOVEMENTS
    ]
    steps.append(
        [_("Net new"), round(values["net_new_mrr"], 2), "total", tiles.kpi_url(engine.find("net_new_mrr"), selection)]
    )
    said = ", ".join(f"{label} {formats.value(value, 'money', currency)}" for label, value, *_rest in steps)
    start = values["mrr"] - values["net_new_mrr"]
    money = lambda value: formats.value(value, "money", currency)  # noqa: E731
    return {
        "is_flat": not any(values[slug] for slug in MOVEMENTS),
        "words": _("Waterfall: %(steps)s") % {"steps": said},
        "sum": f"{money(start)} {'+' if values['net_new_mrr'] >= 0 else '−'} {money(abs(values['net_new_mrr']))} = {money(values['mrr'])}",
        "data": {"steps": steps, "format": formats.chart_format("money", currency)},
    }


def with_cohort(found, selection):
    if found:
        found["cohort"] = _("leads created in %(period)s") % {
            "period": period_label(selection.period, selection.company)
        }
    return found
