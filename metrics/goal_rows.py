"""Goals as rows and tiles show them: where each stands, in words and positions."""

from django.utils.translation import gettext as _

from crm import formats
from crm.models import Company, Holiday
from crm.periods import pace
from metrics import engine
from metrics.actions import goals
from metrics.models import Goal

TONES = {
    Goal.State.ON_TRACK: "good",
    Goal.State.REACHED: "accent",
    Goal.State.AT_RISK: "warn",
    Goal.State.OFF_TRACK: "bad",
    Goal.State.MISSED: "bad",
    Goal.State.NO_DATA: "",
}
MOST = 8


def current(user, selection, kpi=""):
    """Rows of the goals that lie in the shown period or hold it, for the shown segment."""
    period = selection.period
    found = Goal.objects.visible_to(user).filter(
        starts_on__lt=period.end, ends_on__gt=period.start, **selection.segment, **({"kpi": kpi} if kpi else {})
    )
    return [row(goal, selection.today) for goal in found.order_by("ends_on", "pk")[:MOST]]


def by_kpi(rows, period):
    """Of these rows, the goal of exactly this period for each number: a month's target says nothing about a quarter."""
    return {row["kpi"]: row for row in rows if row["span"] == (period.start, period.end)}


def running(user):
    """Rows of all goals that run today and the user may see."""
    today = Company.current().today()
    found = Goal.objects.visible_to(user).filter(starts_on__lte=today, ends_on__gt=today)
    return [row(goal, today) for goal in found.order_by("ends_on", "pk")[:MOST]]


def row(goal, today):
    standing = goals.standing_of(goal, today)
    kpi = engine.find(goal.kpi)
    state = Goal.State(standing.state)
    return {
        "kpi": goal.kpi,
        "span": (goal.starts_on, goal.ends_on),
        "key": state,
        "url": goal.get_absolute_url(),
        "name": name(goal, kpi),
        "now": said(kpi, standing.actual),
        "target": _("goal %(value)s") % {"value": said(kpi, goals.exact(goal.target_value))},
        "target_value": goals.exact(goal.target_value) / goals.factor(kpi) if goal.target_value is not None else None,
        "progress": share(way_done(goal, standing)),
        "pace": share(standing.pace),
        "state": state.label,
        "tone": TONES[state],
        "note": _("ends near %(value)s") % {"value": said(kpi, standing.projected)}
        if standing.projected is not None
        else "",
        "words": _("%(progress)s of the way, %(pace)s of the working days gone")
        % {"progress": formats.percent(way_done(goal, standing) or 0), "pace": formats.percent(standing.pace)},
    }


def way_done(goal, standing):
    """The progress, where there is a way to go: a target that only asks to hold on to the baseline has none."""
    if goal.baseline is None or goal.target_value is None:
        return None
    rises = goal.target_value > goal.baseline
    return standing.progress if rises == (goal.direction == Goal.Direction.UP) else None


def name(goal, kpi):
    """Its own name, or its number's with the target: "Win rate 40 %"."""
    return goal.name or f"{kpi.name} {said(kpi, goals.exact(goal.target_value))}"


def said(kpi, value):
    """A value in a goal's unit, in words."""
    if value is None:
        return formats.DASH
    return formats.value(value / goals.factor(kpi), kpi.unit, Company.current().currency)


def share(part):
    """A share as a position on a bar, in percent."""
    return None if part is None else max(0.0, min(100.0, float(part) * 100))


def working_days(selection):
    """35 of 65 working days."""
    period = selection.period
    holidays = set(Holiday.objects.filter(on__gte=period.start, on__lt=period.end).values_list("on", flat=True))
    gone, total = pace(period, selection.today, selection.company, holidays)
    return _("%(gone)s of %(total)s working days") % {"gone": gone, "total": total}
