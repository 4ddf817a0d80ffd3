"""Goals: the list, one goal's way, and setting it."""

from datetime import timedelta

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
from crm.models import Company
from metrics import engine, goal_page, goal_rows, tiles
from metrics.actions import goals
from metrics.forms.goals import GoalForm, goal_grain
from metrics.models import Goal
from metrics.selection import Selection
from metrics.wording import period_label

TABS = ("running", "coming", "past")
MOST = 100


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
        "standing": goal_page.figures(goal, standing, kpi),
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
        "what_it_takes": goal_page.what_it_takes(goal, kpi, standing, values, is_open),
        **goal_page.shares(goal, kpi, period, today, request.user),
        "milestones": [goal_page.milestone(mile, kpi) for mile in standing.milestones],
        "entries": timeline.Timeline(goal, request.user).entries,
        "can_change": policy.may(request.user, policy.WRITE, goal),
        "chart": goal_page.chart(goal, kpi, period, standing, company) if period.start <= today else None,
    }
    return render(request, "metrics/goal_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def goal_create(request):
    form = GoalForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        initial={"kpi": request.GET.get("kpi", "")},
    )
    if request.method == "POST" and form.is_valid():
        goal = goals.add(by=request.user, **refuse_foreign(request.user, form.values))
        notices.say(request, _("The goal is set."), tone="good")
        return redirect(goal)
    return form_page(request, form, _("New goal"), reverse("goal_list"))


@login_required
@require_http_methods(["GET", "POST"])
def goal_edit(request, pk):
    goal = changeable(request.user, pk)
    form = GoalForm(
        request.POST if request.method == "POST" else None, user=request.user, goal=goal, initial=initial(goal)
    )
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
