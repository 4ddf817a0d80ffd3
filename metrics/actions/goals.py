"""Goals: set from a baseline to a target, and judged every night."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import records
from crm import events
from crm.exceptions import Invalid
from crm.models import Company, Holiday
from crm.periods import Grain, Period, following, pace, period_of, previous, working_days
from metrics import engine, goals_math
from metrics.kpi import DOWN, PERCENT, Figure
from metrics.models import Goal

FIELDS = (
    "name",
    "kpi",
    "dimension",
    "member",
    "starts_on",
    "ends_on",
    "baseline",
    "target",
    "target_change",
    "target_value",
    "direction",
)
RECENT = timedelta(days=28)  # the speed of rates and averages is that of the last four weeks
LOOKED_AT = timedelta(days=100)  # after its end: late facts may still turn it
SPLITS = ("", "owner", "team")
Target = Goal.Target


@dataclass(frozen=True)
class Standing:
    """Where a goal stands. Values are in the goal's unit; `pace` is the share of working days that is gone."""

    figure: Figure
    actual: Fraction | None
    progress: Fraction | None
    working_days_gone: int
    working_days: int
    projected: Fraction | None
    state: str
    milestones: list

    @property
    def pace(self) -> Fraction:
        return Fraction(self.working_days_gone, self.working_days) if self.working_days else Fraction(0)


@transaction.atomic
def add(*, kpi, starts_on, ends_on, by, owner=None, **fields):
    """A goal on a KPI, for the company, a team or a person. Without a baseline, it is the KPI's value in the period
    before, or nothing for a running total; without a direction, the KPI's own."""
    records.refuse_unknown(fields, FIELDS)
    declared = engine.find(kpi)
    if not fields.get("direction"):
        fields["direction"] = Goal.Direction.DOWN if declared.direction == DOWN else Goal.Direction.UP
    goal = Goal(kpi=kpi, starts_on=starts_on, ends_on=ends_on, **fields)
    refuse_impossible(goal)
    goal.set_owner(owner or by)
    settle(goal)
    records.create(goal)
    Goal.objects.filter(pk=goal.pk).update(state=goal.state)
    events.record("goal.added", goal, by=by, data={"kpi": kpi, "state": goal.state})
    return goal


@transaction.atomic
def edit(goal, *, by, **changes):
    """Change it; a baseline set to None is found anew."""
    records.refuse_unknown(changes, FIELDS)
    with_changes = Goal.objects.get(pk=goal.pk)
    for name, value in changes.items():
        setattr(with_changes, name, value)
    refuse_impossible(with_changes)
    settle(with_changes)
    derived = {"baseline": with_changes.baseline, "target_value": with_changes.target_value}
    changed = records.change(goal, changes | derived, allowed=FIELDS)
    if changed:
        events.record("goal.edited", goal, by=by, data={"changes": changed})
        evaluate(goal)
    return goal


def evaluate_all(today=None) -> int:
    """Judge every goal that is running or has ended lately; the number whose state changed."""
    today = today or Company.current().today()
    goals = Goal.objects.alive().filter(starts_on__lte=today, ends_on__gte=today - LOOKED_AT)
    return sum(evaluate(goal, today) for goal in goals.iterator(chunk_size=200))


@transaction.atomic
def evaluate(goal, today=None) -> bool:
    """Judge one goal; whether its state changed. Of two who judge it at once, one announces the change."""
    before = goal.state
    missing = goal.baseline is None
    standing = settle(goal, today)
    if missing and goal.baseline is not None:
        Goal.objects.filter(pk=goal.pk, baseline=None).update(baseline=goal.baseline, target_value=goal.target_value)
    if standing.state == before:
        return False
    now = timezone.now()
    if not Goal.objects.filter(pk=goal.pk, state=before).update(state=standing.state, state_since=now):
        return False
    goal.state, goal.state_since = standing.state, now
    events.record("goal.state_changed", goal, data={"kpi": goal.kpi, "from": before, "to": standing.state})
    return True


def settle(goal, today=None) -> Standing:
    """Fill in the baseline and a relative target where they are still open, and the state. Saves nothing."""
    if goal.baseline is None:
        goal.baseline = Decimal(0) if is_running_total(goal) else stored(value_before(goal, today))
    if goal.target == Target.RELATIVE:
        start, change = exact(goal.baseline), exact(goal.target_change)
        goal.target_value = None if start is None or change is None else stored(start * (1 + change / 100))
    standing = standing_of(goal, today)
    goal.state = standing.state
    return standing


def standing_of(goal, today=None) -> Standing:
    """Where it stands, live from the records."""
    company = Company.current()
    today = today or company.today()
    kpi, period = engine.find(goal.kpi), period_of_goal(goal, company)
    holidays = set(Holiday.objects.filter(on__gte=period.start, on__lt=period.end).values_list("on", flat=True))
    gone, total = pace(period, today, company, holidays)
    figure = engine.answer(kpi, period, dimension=goal.dimension, member=goal.member, today=today)
    actual, baseline, target = shown(kpi, figure), exact(goal.baseline), exact(goal.target_value)
    if period.start > today:
        actual = None
    is_over = period.end <= today
    projected = actual if is_over else project(goal, kpi, period, figure, today, gone, total)
    state = goals_math.state(
        actual=actual,
        baseline=baseline,
        target=target,
        direction=goal.direction,
        projected=projected,
        is_over=is_over,
        may_fall_back=bool(kpi.over) or kpi.numerator is None or goal.direction == Goal.Direction.DOWN,
    )
    days = working_days(period.start, period.end, company, holidays)
    return Standing(
        figure,
        actual,
        goals_math.progress(actual, baseline, target),
        gone,
        total,
        projected,
        state,
        goals_math.milestones(actual, baseline, target, goal.direction, days),
    )


def project(goal, kpi, period, figure, today, gone, total):
    """A rate or average of additive parts ends as its last four weeks go on; anything else goes on from its value at
    the start of the period as it did so far, by working days."""
    if period.start > today or figure.value is None:
        return None
    segment = {"dimension": goal.dimension, "member": goal.member, "today": today}
    if kpi.over and kpi.is_additive:
        since = max(period.start, today + timedelta(days=1) - RECENT)
        lately = engine.answer(kpi, Period(since, today + timedelta(days=1)), **segment)
        company = Company.current()
        days = len(working_days(since, today + timedelta(days=1), company, set()))
        sums, recent = (figure.numerator, figure.denominator), (lately.numerator, lately.denominator)
        ends = goals_math.projection_at_speed(sums, recent, days, total - gone)
        return None if ends is None else ends / figure.scale * factor(kpi)
    opening = engine.answer(kpi, Period(period.start, period.start), **segment)
    ends = goals_math.projection(shown(kpi, opening), shown(kpi, figure), gone, total)
    return shown(kpi, figure) if ends is None and gone else ends


def is_running_total(goal):
    """What is counted up to a fixed target starts at nothing in every period: revenue won, deals won."""
    kpi = engine.find(goal.kpi)
    counts_up = kpi.over is None and kpi.numerator is not None and kpi.is_additive
    return counts_up and goal.target == Target.ABSOLUTE and goal.direction == Goal.Direction.UP


def value_before(goal, today=None):
    """The KPI's value in the period before the goal's, in the goal's unit."""
    company = Company.current()
    before = previous(period_of_goal(goal, company), company)
    if before.start > (today or company.today()):
        return None
    kpi = engine.find(goal.kpi)
    return shown(kpi, engine.answer(kpi, before, dimension=goal.dimension, member=goal.member, today=today))


def period_of_goal(goal, company=None) -> Period:
    """Its days, as a period of the company where they are one."""
    company = company or Company.current()
    for grain in Grain:
        period = period_of(grain, goal.starts_on, company)
        if (period.start, period.end) == (goal.starts_on, goal.ends_on):
            return period
    return Period(goal.starts_on, goal.ends_on)


def factor(kpi) -> int:
    """People write goals on shares in percent."""
    return 100 if kpi.unit == PERCENT else 1


def shown(kpi, figure) -> Fraction | None:
    return None if figure.value is None else figure.value * factor(kpi)


def exact(value) -> Fraction | None:
    return None if value is None else Fraction(value)


def stored(value) -> Decimal | None:
    """Six decimals, as the columns hold it, rounded half up."""
    if value is None:
        return None
    return Decimal((2 * value.numerator * 10**6 + value.denominator) // (2 * value.denominator)).scaleb(-6)


def refuse_impossible(goal):
    kpi = engine.find(goal.kpi)
    if goal.starts_on >= goal.ends_on:
        message = _("The goal ends before it begins.")
        raise Invalid(message, fields={"ends_on": [message]})
    if following(period_of_goal(goal), Company.current()).end.year > 9000:
        raise Invalid(_("That is too far away."), fields={"ends_on": [_("That is too far away.")]})
    if goal.dimension not in SPLITS or (goal.dimension and goal.dimension not in kpi.dimensions):
        message = _("This KPI cannot be counted for that segment.")
        raise Invalid(message, fields={"dimension": [message]})
    if bool(goal.dimension) != bool(goal.member):
        message = _("Choose the team or person.")
        raise Invalid(message, fields={"member": [message]})
    needed = "target_change" if goal.target == Target.RELATIVE else "target_value"
    if getattr(goal, needed) is None:
        message = _("Say what should be reached.")
        raise Invalid(message, fields={needed: [message]})
