import datetime as dt

import pytest
from django.urls import reverse

from crm.models import Company
from leads.models import Activity, Task
from tests.accounts.people import cast, state
from tests.factories import ActivityFactory, DealFactory, LeadFactory, TaskFactory
from tests.leads.test_lead_pages import get, post

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def task(people):
    deal = DealFactory(owner=people.owner, by=people.owner, value=588000)
    return TaskFactory(deal=deal, owner=people.owner, by=people.owner, title="Call back", kind="call")


@pytest.mark.parametrize(
    "name", ["task_complete", "task_next", "task_reopen", "task_reschedule", "task_edit", "task_trash"]
)
@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("teammate", 403), ("agent", 404)])
def test_refused_changes_write_nothing(client, people, task, name, who, status):
    before = state(Task)
    data = {"title": "Changed", "kind": "call", "due_on": "2030-01-02", "deal": task.deal_id}
    assert post(client, getattr(people, who), name, task.pk, data=data).status_code == status
    assert state(Task) == before


def test_completing_asks_for_the_next_step(client, people, task):
    response = post(client, people.owner, "task_complete", task.pk, data={"next": task.deal.get_absolute_url()})
    task.refresh_from_db()
    assert task.done_by == people.owner
    assert response.url.startswith(reverse("task_next", args=[task.pk]))
    page = client.get(response.url)
    idea = page.context["ideas"][0]
    data = {"title": idea.title, "kind": idea.kind, "due_on": idea.due_on.isoformat(), "deal": task.deal_id,
            "next": task.deal.get_absolute_url()}  # fmt: skip
    answer = client.post(reverse("task_next", args=[task.pk]), data)
    step = Task.objects.open().get()
    assert answer.url == task.deal.get_absolute_url()
    assert (step.title, step.deal, step.owner) == (idea.title, task.deal, people.owner)


def test_a_task_about_a_teammates_deal_can_be_followed_by_another(client, people):
    deal = DealFactory(owner=people.teammate, by=people.teammate)
    task = TaskFactory(deal=deal, owner=people.owner, by=people.teammate)
    data = {"title": "Then this", "kind": "call", "due_on": "2030-01-02", "deal": deal.pk}
    assert post(client, people.owner, "task_next", task.pk, data=data).status_code == 302
    assert set(deal.task_set.values_list("title", flat=True)) == {task.title, "Then this"}
    post(client, people.owner, "task_edit", task.pk, data=data | {"title": "Renamed", "account": deal.account_id})
    task.refresh_from_db()
    assert task.title == "Renamed"


def test_completing_in_place_answers_with_the_row(client, people, task):
    response = post(client, people.owner, "task_complete", task.pk, data={"next": "/"}, headers=HTMX)
    assert response.templates[0].name == "leads/_task_done.html"
    assert "Send offer" in response.content.decode()
    assert post(client, people.owner, "task_complete", task.pk, headers=HTMX).status_code == 200  # a second click
    post(client, people.owner, "task_reopen", task.pk)
    task.refresh_from_db()
    assert task.done_at is None


def test_rescheduling_takes_a_day_and_an_hour(client, people, task):
    assert post(client, people.owner, "task_reschedule", task.pk, data={"due_on": "soon"}).status_code == 422
    post(client, people.owner, "task_reschedule", task.pk, data={"due_on": "2030-01-02", "due_time": "14:30"})
    task.refresh_from_db()
    assert (task.due_on, task.due_time) == (dt.date(2030, 1, 2), dt.time(14, 30))


def test_a_task_needs_something_it_is_about(client, people):
    response = post(client, people.owner, "task_create", data={"title": "Call", "kind": "call", "due_on": "2030-01-02"})
    assert response.status_code == 422
    assert response.context["form"].non_field_errors()


def test_tabs_of_the_list(client, people, task):
    today = Company.current().today()
    lead = LeadFactory(owner=people.owner)
    late = TaskFactory(lead=lead, owner=people.owner, by=people.owner, due_on=today - dt.timedelta(days=1))
    soon = TaskFactory(lead=lead, owner=people.owner, by=people.owner, due_on=today + dt.timedelta(days=1))
    done = TaskFactory(lead=lead, owner=people.owner, by=people.owner)
    post(client, people.owner, "task_complete", done.pk)
    theirs = TaskFactory(lead=lead, owner=people.teammate, by=people.teammate, due_on=today)

    def rows(view):
        return {row["record"] for row in get(client, people.owner, "task_list", query=f"?view={view}").context["rows"]}

    assert rows("mine") == {late, task, soon}
    assert rows("overdue") == {late}
    assert rows("today") == {task, theirs}
    assert rows("upcoming") == {soon}
    assert rows("done") == {done}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["task_list", "activity_list"])
def test_lists_ask_a_constant_number_of_questions(client, people, count, name, django_assert_max_num_queries):
    for _each in range(count):
        deal = DealFactory(owner=people.owner, by=people.owner)
        TaskFactory(deal=deal, owner=people.owner, by=people.owner)
        ActivityFactory(lead=LeadFactory(owner=people.owner), by=people.owner)
    get(client, people.owner, name)
    with django_assert_max_num_queries(10):
        client.get(reverse(name))


def test_activities_are_edited_and_trashed_by_who_wrote_them(client, people):
    lead = LeadFactory(owner=people.owner)
    activity = ActivityFactory(lead=lead, by=people.owner, kind="call", body="Good")
    data = {"kind": "call", "body": "Better", "at": ""}
    assert post(client, people.teammate, "activity_edit", activity.pk, data=data).status_code == 403
    assert post(client, people.stranger, "activity_edit", activity.pk, data=data).status_code == 404
    assert post(client, people.owner, "activity_edit", activity.pk, data=data).url == lead.get_absolute_url()
    activity.refresh_from_db()
    assert activity.body == "Better"
    post(client, people.owner, "activity_trash", activity.pk)
    assert not Activity.objects.visible_to(people.owner).exists()
    post(client, people.owner, "activity_restore", activity.pk)
    assert Activity.objects.visible_to(people.owner).get() == activity
