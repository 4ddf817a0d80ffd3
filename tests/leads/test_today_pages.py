import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.models import Company, Event, Notification
from leads.actions import tasks
from leads.models import Task
from tests.accounts.people import cast
from tests.factories import DealFactory, LeadFactory, TaskFactory
from tests.leads.test_lead_pages import get, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


def test_today_says_what_waits_is_late_and_due(client, people):
    today = Company.current().today()
    lead = LeadFactory(owner=people.owner, at=timezone.now() - dt.timedelta(hours=5))
    LeadFactory(owner=people.teammate, name="CANARY of a teammate")
    late = TaskFactory(lead=lead, owner=people.owner, by=people.owner, due_on=today - dt.timedelta(days=2))
    due = TaskFactory(lead=lead, owner=people.owner, by=people.owner, due_on=today)
    quiet = DealFactory(owner=people.owner, by=people.owner, name="Quiet deal")
    response = get(client, people.owner, "today")
    context, html = response.context, response.content.decode()
    assert (context["new_leads"]["leads"], context["overdue"]["tasks"], context["due"]["tasks"]) == (
        [lead],
        [late],
        [due],
    )
    assert "1 new lead is waiting" in html and "2 days" in html and quiet.name in html and "CANARY" not in html
    assert context["first"] == lead.get_absolute_url()


def test_an_empty_today_is_calm(client, people):
    html = get(client, people.owner, "today").content.decode()
    assert "Nothing is due today." in html and "Every lead has an answer" in html


def test_everybody_has_a_today(client, people):
    assert {get(client, user, "today").status_code for user in vars(people).values()} == {200}


def test_a_task_just_done_asks_what_happens_next(client, people):
    deal = DealFactory(owner=people.owner, by=people.owner)
    task = TaskFactory(deal=deal, owner=people.owner, by=people.owner)
    tasks.complete(task, by=people.owner)
    assert get(client, people.owner, "today").context["due"]["done"] == [task]
    TaskFactory(deal=deal, owner=people.owner, by=people.owner)
    assert get(client, people.owner, "today").context["due"]["done"] == []


def test_what_is_late_moves_to_the_next_working_day(client, people):
    today = Company.current().today()
    lead = LeadFactory(owner=people.owner)
    TaskFactory(lead=lead, owner=people.owner, by=people.owner, due_on=today - dt.timedelta(days=2))
    other = TaskFactory(lead=lead, owner=people.teammate, by=people.teammate, due_on=today - dt.timedelta(days=2))
    post(client, people.owner, "today_tomorrow")
    assert not Task.objects.filter(owner=people.owner).overdue(today).exists()
    other.refresh_from_db()
    assert other.due_on == today - dt.timedelta(days=2)


def test_notifications_leave_out_what_is_no_longer_visible(client, people):
    mine, theirs = LeadFactory(owner=people.owner, name="Mine"), LeadFactory(owner=people.stranger, name="CANARY")
    for event in Event.objects.filter(kind="lead.added"):
        Notification.objects.create(user=people.owner, event=event)
    html = get(client, people.owner, "today").content.decode()
    assert "While you were away" in html and "Mine" in html and "CANARY" not in html
    post(client, people.owner, "today_read")
    assert "While you were away" not in get(client, people.owner, "today").content.decode()
    assert {mine.owner, theirs.owner} == {people.owner, people.stranger}


@pytest.mark.parametrize("count", [1, 3])
def test_today_asks_a_constant_number_of_questions(client, people, count, django_assert_max_num_queries):
    for _each in range(count):
        lead = LeadFactory(owner=people.owner)
        deal = DealFactory(owner=people.owner, by=people.owner)
        TaskFactory(deal=deal, owner=people.owner, by=people.owner)
        TaskFactory(lead=lead, owner=people.owner, by=people.owner, due_on=dt.date(2020, 1, 1))
    get(client, people.owner, "today")
    with django_assert_max_num_queries(32):
        client.get(reverse("today"))
