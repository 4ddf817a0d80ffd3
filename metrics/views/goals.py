"""Goals: the list, one goal's way, and setting it."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm import formats, notices, policy, timeline
from crm.exceptions import Forbidden
from crm.models import Company, Holiday
from crm.periods import Period, working_days
from metrics import engine, goal_rows, tiles
from metrics.actions import goals
from metrics.forms.goals import GoalForm, goal_grain
from metrics.models import Goal
from metrics.selection import Selection
from metrics.wording import DIMENSIONS, period_label

TABS = ("running", "coming", "past")
MOST = 100
CHART_POINTS = 16


@login_required
@require_GET
def goal_list(request):
    tab = request.GET.get("tab", "running")
    if tab not in TABS:
        raise Http404
    company = Company.current()
    today = company.today()
    when = {
        "running": Q(starts_on__lte=today, ends_on__gt=today),
        "coming": Q(starts_on__gt=today),
        "past": Q(ends_on__lte=today),
    }[tab]
    order = "-ends_on" if tab == "past" else "ends_on"
    found = list(
        Goal.objects.visible_to(request.user).filter(when).select_related("owner").order_by(order, "pk")[:MOST]
    )
    groups = {}
    for goal in found:
        period = goals.period_of_goal(goal, company)
        groups.setdefault(period, []).append(goal_rows.row(goal, today))
    labels = {"running": _("Running"), "coming": _("Coming"), "past": _("Past")}
    context = {
        "sentence": sentence(found, tab),
        "tabs": [{"label": labels[key], "url": f"?tab={key}", "on": key == tab} for key in TABS],
        "goal_create_url": reverse("goal_create"),
        "groups": [
            {
                "label": period_label(period, company),
                "working_days": goal_rows.working_days(Selection(period, today, company)),
                "rows": rows,
            }
            for period, rows in groups.items()
        ],
    }
    return render(request, "metrics/goal_list.html", context)


def sentence(found, tab):
    """How many there are, and how many of them need help."""
    if tab != "running":
        return ngettext("%(count)s goal.", "%(count)s goals.", len(found)) % {"count": len(found)}
    behind = sum(goal.state in (Goal.State.AT_RISK, Goal.State.OFF_TRACK) for goal in found)
    return ngettext(
        "%(count)s goal is running, %(behind)s of it off pace.",
        "%(count)s goals are running, %(behind)s of them off pace.",
        len(found),
    ) % {
        "count": len(found),
        "behind": behind,
    }


@login_required
@require_GET
def goal_detail(request, pk):
    goal = get_object_or_404(Goal.objects.visible_to(request.user).select_related("owner", "team"), pk=pk)
    company = Company.current()
    today, kpi = company.today(), engine.find(goal.kpi)
    period, standing = goals.period_of_goal(goal, company), goals.standing_of(goal, today)
    selection = Selection(period, today, company, goal.dimension, goal.member)
    state = Goal.State(standing.state)
    values = {
        key: goal_rows.said(kpi, goals.exact(value))
        for key, value in (("baseline", goal.baseline), ("target", goal.target_value))
    }
    is_open = period.start <= today < period.end
    context = {
        "goal": goal,
        "kpi": kpi,
        "name": goal_rows.name(goal, kpi),
        "kpi_url": tiles.kpi_url(kpi, selection) if period.grain else reverse("kpi_detail", args=[kpi.slug]),
        "currency": company.currency,
        "standing": figures(goal, standing, kpi),
        "figure_state": standing.figure.state,
        "state": state.label,
        "tone": goal_rows.TONES[state],
        "state_note": _("since %(day)s") % {"day": formats.day(goal.state_since)},
        "period_label": period_label(period, company),
        "segment_label": engine.labels(goal.dimension, [goal.member])[goal.member] if goal.dimension else "",
        "sentence": _(", from %(baseline)s to %(target)s, by %(day)s.")
        % {**values, "day": formats.day(period.end - timedelta(days=1))},
        "counted": tiles.counted(kpi, standing.figure, company.currency),
        "pace_note": _("%(pace)s expected, %(gone)s of %(total)s working days")
        % {"pace": formats.percent(standing.pace), "gone": standing.working_days_gone, "total": standing.working_days},
        "projection_note": _("at the speed of the last four weeks")
        if kpi.over and kpi.is_additive
        else _("at the speed so far, by working days"),
        "way_heading": _("The way up") if goal.direction == Goal.Direction.UP else _("The way down"),
        "way_note": _("Counted from the first day, by working day."),
        "chart_words": _("%(kpi)s from %(baseline)s; the pace leads to %(target)s") % {"kpi": kpi.name, **values},
        "what_it_takes": what_it_takes(goal, kpi, standing, values, is_open),
        **shares(goal, kpi, period, today, request.user),
        "milestones": [milestone(mile, kpi) for mile in standing.milestones],
        "entries": timeline.Timeline(goal, request.user).entries,
        "can_change": policy.may(request.user, policy.WRITE, goal),
        "chart": chart(goal, kpi, period, standing, company) if period.start <= today else None,
    }
    return render(request, "metrics/goal_detail.html", context)


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


@login_required
@require_http_methods(["GET", "POST"])
def goal_create(request):
    form = GoalForm(request.POST or None, user=request.user, initial={"kpi": request.GET.get("kpi", "")})
    if request.method == "POST" and form.is_valid():
        goal = goals.add(by=request.user, **refuse_foreign(request.user, form.values))
        notices.say(request, _("The goal is set."), tone="good")
        return redirect(goal)
    return form_page(request, form, _("New goal"), reverse("goal_list"))


@login_required
@require_http_methods(["GET", "POST"])
def goal_edit(request, pk):
    goal = changeable(request.user, pk)
    form = GoalForm(request.POST or None, user=request.user, goal=goal, initial=initial(goal))
    if request.method == "POST" and form.is_valid():
        goals.edit(goal, by=request.user, **refuse_foreign(request.user, form.values))
        notices.say(request, _("The goal is changed."), tone="good")
        return redirect(goal)
    return form_page(request, form, _("Change the goal"), goal.get_absolute_url())


@login_required
@require_POST
def goal_trash(request, pk):
    goal = changeable(request.user, pk)
    goal.trash(by=request.user)
    undo = reverse("trash_restore", args=[goal._meta.label_lower, goal.pk])
    notices.undoable(request, _("The goal is in the trash."), undo)
    return redirect("goal_list")


def form_page(request, form, heading, cancel_url):
    context = {"form": form, "heading": heading, "cancel_url": cancel_url}
    return render(request, "metrics/goal_form.html", context, status=422 if form.is_bound else 200)


def changeable(user, pk):
    goal = get_object_or_404(Goal.objects.visible_to(user), pk=pk)
    if not policy.may(user, policy.WRITE, goal):
        raise Forbidden(_("You may see this goal, but not change it."))
    return goal


def refuse_foreign(user, values):
    """A goal's segment is one that the form offers to this user."""
    offered = {key for key, _label in GoalForm(user=user).fields["segment"].choices}
    if (f"{values['dimension']}:{values['member']}" if values["dimension"] else "") not in offered:
        raise Forbidden(_("You may set goals for yourself and your teams."))
    return values


def initial(goal):
    relative = goal.target == Goal.Target.RELATIVE
    return {
        "kpi": goal.kpi,
        "segment": f"{goal.dimension}:{goal.member}" if goal.dimension else "",
        "period": f"{goal_grain(goal, Company.current())}:{goal.starts_on}",
        "target": goal.target,
        "amount": goal.target_change if relative else goal.target_value,
        "baseline": goal.baseline,
        "name": goal.name,
    }
