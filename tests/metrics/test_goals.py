from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine

from crm.exceptions import Invalid
from crm.models import Event
from metrics import goals_math, tasks
from metrics.actions import goals
from metrics.models import Goal
from tests.factories import LeadFactory, UserFactory
from tests.metrics import lives
from tests.metrics.selling import at

pytestmark = pytest.mark.django_db
Q2 = {"starts_on": date(2026, 4, 1), "ends_on": date(2026, 7, 1)}


@pytest.fixture(autouse=True)
def mid_may():
    with time_machine.travel(at(5, 18), tick=False):
        yield


@pytest.mark.parametrize(
    ("actual", "baseline", "target", "done"),
    [(6, 4, 8, "1/2"), (5, 6, 4, "1/2"), (7, 6, 4, "-1/2"), (9, 4, 8, "5/4"), (4, 4, 4, "1"), (3, 4, 4, "0")],
)
def test_progress_is_right_in_both_directions(actual, baseline, target, done):
    assert goals_math.progress(Fraction(actual), Fraction(baseline), Fraction(target)) == Fraction(done)


def test_progress_without_baseline_is_unknown():
    assert goals_math.progress(Fraction(1), None, Fraction(2)) is None


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "on_track"),
        ({"projected": 15}, "at_risk"),
        ({"projected": 13}, "off_track"),
        ({"actual": 21}, "reached"),
        ({"actual": 21, "may_fall_back": True, "projected": 25}, "on_track"),
        ({"is_over": True, "actual": 20}, "reached"),
        ({"is_over": True, "actual": 19}, "missed"),
        ({"actual": None}, "no_data"),
        ({"target": None}, "no_data"),
        ({"direction": "down", "baseline": 30, "projected": 19, "actual": 25}, "on_track"),
        ({"direction": "down", "baseline": 30, "projected": 25, "actual": 26}, "at_risk"),
        ({"direction": "down", "baseline": 30, "projected": 29, "actual": 29}, "off_track"),
    ],
)
def test_states(changes, state):
    plain = {
        "actual": 12,
        "baseline": 10,
        "target": 20,
        "direction": "up",
        "projected": 20,
        "is_over": False,
        "may_fall_back": False,
    }
    values = {name: Fraction(value) if type(value) is int else value for name, value in (plain | changes).items()}
    if "projected" not in changes and values["actual"] is None:
        values["projected"] = None
    assert goals_math.state(**values) == state


def test_milestones_divide_the_way_down_as_well():
    days = [date(2026, 4, n) for n in range(1, 9)]
    found = goals_math.milestones(Fraction(45, 10), Fraction(6), Fraction(4), "down", days)
    assert [(float(m.value), m.is_passed) for m in found] == [(5.5, True), (5, True), (4.5, True), (4, False)]
    assert [m.due_on.day for m in found] == [2, 4, 6, 8]


def test_relative_target_goes_from_the_period_before():
    ann = UserFactory()
    for day in range(1, 11):
        LeadFactory(at=at(2, day))
    goal = goals.add(kpi="leads_created", target="relative", target_change=Decimal(20), by=ann, **Q2)
    assert (goal.baseline, goal.target_value, goal.direction) == (10, 12, "up")
    goals.edit(goal, by=ann, target_change=Decimal(-50))
    assert goal.target_value == 5


def test_running_total_starts_at_nothing():
    """However much the period before had: four of six are two thirds of the way."""
    for day in range(1, 11):
        LeadFactory(at=at(2, day))
    for day in range(1, 5):
        LeadFactory(at=at(4, day))
    goal = goals.add(kpi="leads_created", target_value=Decimal(6), by=UserFactory(), **Q2)
    assert (goal.baseline, goals.standing_of(goal).progress) == (0, Fraction(2, 3))


def test_running_total_that_should_fall_starts_at_the_period_before():
    LeadFactory(at=at(2, 1))
    goal = goals.add(kpi="leads_created", target_value=Decimal(0), direction="down", by=UserFactory(), **Q2)
    assert goal.baseline == 1


def test_night_announces_a_change_of_state_once():
    ann = UserFactory()
    LeadFactory(at=at(2, 1))
    goal = goals.add(kpi="leads_created", target_value=Decimal(4), by=ann, **Q2)
    assert goal.state == "off_track"
    for day in (2, 3, 4, 5):
        LeadFactory(at=at(4, day))
    tasks.nightly()
    tasks.nightly()
    goal.refresh_from_db()
    assert goal.state == "reached"
    event = Event.objects.get(kind="goal.state_changed")
    assert event.data == {"kpi": "leads_created", "from": "off_track", "to": "reached"}


def test_loser_of_a_race_announces_nothing():
    goal = goals.add(kpi="leads_created", target_value=Decimal(4), by=UserFactory(), **Q2)
    Goal.objects.filter(pk=goal.pk).update(state="missed")
    goal.state = "no_data" if goal.state != "no_data" else "on_track"
    assert goals.evaluate(goal) is False
    assert not Event.objects.filter(kind="goal.state_changed").exists()


def test_projection_of_a_flow_is_linear_by_working_days():
    for day in range(1, 13):
        LeadFactory(at=at(4, day))
    goal = goals.add(kpi="leads_created", target_value=Decimal(30), by=UserFactory(), **Q2)
    standing = goals.standing_of(goal)
    assert (standing.working_days_gone, standing.working_days) == (33, 65)
    assert standing.projected == Fraction(12 * 65, 33)
    assert standing.pace == Fraction(33, 65)


def test_projection_of_a_stock_starts_where_the_period_did():
    lives.write([(None, [(0, None, 100)]), (None, [(100, None, 33)])])
    goal = goals.add(kpi="mrr", target_value=Decimal(150), by=UserFactory(), **Q2)
    standing = goals.standing_of(goal)
    assert standing.projected == 100 + Fraction(33 * 65, 33)
    assert (goal.baseline, standing.state) == (100, "on_track")


def test_goal_of_a_person_counts_that_person():
    ann, bob = UserFactory(), UserFactory()
    LeadFactory(owner=ann, at=at(4, 2))
    LeadFactory(owner=bob, at=at(4, 3))
    goal = goals.add(kpi="leads_created", dimension="owner", member=str(ann.pk), target_value=Decimal(3), by=ann, **Q2)
    assert goals.standing_of(goal).actual == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"target": "relative"},
        {"target_value": None},
        {"target_value": Decimal(1), "dimension": "owner"},
        {"target_value": Decimal(1), "dimension": "source", "member": "web"},
        {"target_value": Decimal(1), "kpi": "nonsense"},
        {"target_value": Decimal(1), "ends_on": date(2026, 4, 1)},
    ],
)
def test_impossible_goals_are_refused(fields):
    with pytest.raises(Invalid):
        goals.add(**({"kpi": "mrr", "by": UserFactory(), **Q2} | fields))
    assert not Goal.objects.exists()
