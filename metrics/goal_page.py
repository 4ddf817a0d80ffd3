"""What a goal's page says beyond its rows: the way so far, what the rest would take, and where the number comes from."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from django.utils.translation import gettext as _

from crm import formats
from crm.models import Company, Holiday
from crm.periods import Period, working_days
from metrics import engine, goal_rows, tiles
from metrics.actions import goals
from metrics.models import Goal
from metrics.wording import DIMENSIONS

CHART_POINTS = 16


def shares(goal, kpi, period, today, user):
    """The number so far by owner or team, largest first, for who may see other people's numbers."""
    by = next((name for name in ("team", "owner") if name in kpi.dimensions), "")
    if goal.dimension or not by or period.start > today or not user.has_role("manager", "admin"):
        return {}
    found = engine.split(kpi, period, by, today=today)
    ordered = sorted(found.items(), key=lambda item: (item[1].denominator or 0, item[1].numerator), reverse=True)[:6]
    names = engine.labels(by, [member for member, _figure in ordered])
    currency = Company.current().currency
    rows = [
        {
            "label": names[member],
            "counted": tiles.counted(kpi, figure, currency),
            "value": formats.value(figure.value, kpi.unit, currency),
        }
        for member, figure in ordered
    ]
    return {"split_rows": rows, "split_label": DIMENSIONS[by]}


def figures(goal, standing, kpi):
    """The standing's values as the figure tag takes them: shares instead of percent points."""
    by = goals.factor(kpi)
    return {
        "actual": None if standing.actual is None else standing.actual / by,
        "projection": None if standing.projected is None else standing.projected / by,
        "progress": goal_rows.way_done(goal, standing),
        "figure_state": standing.figure.state if standing.figure.state == "provisional" else "",
    }


def milestone(mile, kpi):
    note = _("due %(day)s") % {"day": formats.day(mile.due_on)} if mile.due_on and not mile.is_passed else ""
    return {"value": goal_rows.said(kpi, mile.value), "is_done": mile.is_passed, "note": note}


def what_it_takes(goal, kpi, standing, values, is_open):
    """What the rest of the period would have to bring, in a sentence."""
    left = standing.working_days - standing.working_days_gone
    if standing.actual is None:
        return _("There is nothing to count yet.")
    if not is_open or not left:
        return _("The period is over: it ended at %(value)s.") % {"value": goal_rows.said(kpi, standing.actual)}
    missing = goals.exact(goal.target_value) - standing.actual
    met = missing <= 0 if goal.direction == Goal.Direction.UP else missing >= 0
    if met:
        return _("The target of %(target)s is met today; it has to hold for %(left)s more working days.") % {
            **values,
            "left": left,
        }
    if kpi.over and kpi.is_additive and (said := average_needed(goal, kpi, standing, values, left)):
        return said
    return _("%(missing)s are still to go in %(left)s working days: %(daily)s a day.") % {
        "missing": goal_rows.said(kpi, abs(missing)),
        "left": left,
        "daily": goal_rows.said(kpi, abs(missing) / left),
    }


def average_needed(goal, kpi, standing, values, left):
    """What the records still to come would have to average, if as many come as in the last four weeks."""
    company = Company.current()
    today = company.today()
    since = today + timedelta(days=1) - goals.RECENT
    segment = {"dimension": goal.dimension, "member": goal.member, "today": today}
    lately = engine.answer(kpi, Period(since, today + timedelta(days=1)), **segment)
    days = len(working_days(since, today + timedelta(days=1), company, set()))
    more = round(Fraction((lately.denominator or 0) * left, days)) if days else 0
    if not more or lately.value is None:
        return ""
    figure = standing.figure
    target = goals.exact(goal.target_value) / goals.factor(kpi) * figure.scale
    needed = (target * (figure.denominator + more) - figure.numerator) / more / figure.scale
    say = lambda value: formats.value(value, kpi.unit, company.currency)  # noqa: E731
    return _(
        "About %(more)s more %(noun)s come before the period ends. To reach %(target)s they would have to bring "
        "%(needed)s on average, against %(lately)s in the last four weeks."
    ) % {
        **values,
        "more": formats.number(more),
        "noun": tiles.noun(kpi.over, more),
        "needed": say(needed),
        "lately": say(lately.value),
    }


def chart(goal, kpi, period, standing, company):
    """The period so far, working day by working day, against the pace line."""
    today = company.today()
    holidays = set(Holiday.objects.filter(on__gte=period.start, on__lt=period.end).values_list("on", flat=True))
    days = working_days(period.start, period.end, company, holidays)
    past = [day for day in days if day <= today]
    if not days or not past or goal.target_value is None or goal.baseline is None:
        return None
    actual = way_so_far(goal, kpi, period, past, today)
    filled, last = [], goals.exact(goal.baseline)
    for value in actual:
        last = last if value is None else value
        filled.append(round(float(last), 4))
    if standing.actual is not None and standing.working_days_gone < standing.working_days:
        filled[-1] = round(float(standing.actual), 4)  # what came in since, on a weekend or a holiday
    ticks = {index: formats.day(day) for index, day in enumerate(days) if index in (0, len(days) // 2, len(days) - 1)}
    return {
        "days": len(days),
        "actual": [filled[0], *filled],
        "baseline": float(goal.baseline),
        "target": float(goal.target_value),
        "projected": None if standing.projected is None else round(float(standing.projected), 4),
        "now": goal_rows.said(kpi, standing.actual),
        "end": _("ends near %(value)s") % {"value": goal_rows.said(kpi, standing.projected)},
        "pace": _("pace to %(value)s") % {"value": goal_rows.said(kpi, goals.exact(goal.target_value))},
        "today": _("today"),
        "ticks": ticks,
        "milestones": [],
        "format": formats.chart_format(kpi.unit, company.currency),
    }


def way_so_far(goal, kpi, period, past, today):
    """The value from the period's start to the end of each past working day, None where it was not looked at: parts
    that add up are read in one pass, anything else at a few days."""
    segment = {"dimension": goal.dimension, "member": goal.member, "today": today}
    if kpi.is_additive:
        days = [Period(day, day + timedelta(days=1)) for day in days_between(period.start, past[-1])]
        daily, sums, found = engine.series(kpi, days, **segment), [0, 0], {}
        for day in days:
            figure = daily[day.start]
            sums = [sums[0] + figure.numerator, sums[1] + (figure.denominator or 0)]
            upto = replace(figure, numerator=sums[0], denominator=None if figure.denominator is None else sums[1])
            found[day.start] = goals.shown(kpi, upto)
        return [found[day] for day in past]
    step = max(1, -(-len(past) // CHART_POINTS))
    shown = {*range(0, len(past), step), len(past) - 1}
    ends = {index: Period(period.start, past[index] + timedelta(days=1)) for index in shown}
    return [goals.shown(kpi, engine.answer(kpi, ends[n], **segment)) if n in shown else None for n in range(len(past))]


def days_between(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
