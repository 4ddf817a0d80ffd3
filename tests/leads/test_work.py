from datetime import UTC, date, datetime, timedelta

import pytest

from crm.exceptions import Conflict, Invalid
from crm.models import Event
from leads.actions import activities, tasks
from leads.models import Activity, Task
from tests.factories import (
    AccountFactory,
    ContactFactory,
    DealFactory,
    LeadFactory,
    TaskFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midsummer")]

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)


def test_an_activity_about_a_deal_stands_at_its_account_too():
    deal = DealFactory()
    activity = activities.log(kind="note", deal=deal, by=None, body="x")
    assert activity.account == deal.account
    event = Event.objects.get(kind="activity.logged")
    assert (event.context_label, event.context_id) == ("leads.deal", deal.pk)


def test_an_activity_about_a_contact_is_about_its_account():
    contact = ContactFactory()
    assert activities.log(kind="note", contact=contact, by=None).account == contact.account


@pytest.mark.parametrize("wrong", [{}, {"kind": "dance"}, {"at": NOW + timedelta(days=1)}, {"minutes": -5}])
def test_impossible_activities_leave_no_trace(wrong):
    about = {"account": AccountFactory()} if wrong else {}
    before = Event.objects.count()
    with pytest.raises(Invalid):
        activities.log(**{"kind": "call", "by": None} | about | wrong)
    assert (Activity.objects.count(), Event.objects.count()) == (0, before)


def test_another_moment_moves_day_and_first_contact():
    lead, rep = LeadFactory(at=NOW - timedelta(days=20)), UserFactory()
    call = activities.log(kind="call", lead=lead, by=rep, at=NOW - timedelta(days=3))
    activities.edit(call, at=NOW - timedelta(days=5), by=rep)
    lead.refresh_from_db()
    assert (call.on, lead.first_contact_on) == (date(2026, 6, 10), date(2026, 6, 10))
    assert Event.objects.get(kind="activity.edited").touches == {"leads.activity": ["2026-06-10", "2026-06-12"]}
    activities.edit(call, kind="note", by=rep)
    lead.refresh_from_db()
    assert lead.first_contact_on is None


def test_a_task_is_done_once_and_can_be_taken_back():
    rep = UserFactory(team=TeamFactory())
    task = TaskFactory(owner=rep, deal=DealFactory())
    assert (task.team, task.account) == (rep.team, task.deal.account)
    tasks.complete(task, by=rep)
    with pytest.raises(Conflict):
        tasks.complete(Task.objects.get(pk=task.pk), by=rep)
    with pytest.raises(Conflict):
        tasks.reschedule(task, date(2026, 7, 1), by=rep)
    tasks.reopen(task, by=rep)
    tasks.reschedule(task, date(2026, 7, 1), by=rep)
    task.refresh_from_db()
    assert (task.done_at, task.done_by, task.due_on) == (None, None, date(2026, 7, 1))


def test_completing_many_counts_those_that_were_open():
    rep = UserFactory()
    mine = [TaskFactory(owner=rep) for _ in range(3)]
    tasks.complete(mine[0], by=rep)
    assert tasks.complete_many(mine, by=rep) == 2
    assert not Task.objects.open().exists()
