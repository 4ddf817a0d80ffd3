"""A list refuses what it does not know, never shows what one may not see, and asks the database the same few things."""

import csv
import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from crm.filters import PRESETS, BadQuery
from crm.models import Company, Event, SavedView
from tests.crm.list_urls import ProbeList

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.crm.list_urls")]


@pytest.fixture
def create(people):
    def one(name, **fields):
        fields = {"created_on": dt.date(2026, 11, 1), "owner": people["rep"], "team": people["rep"].team} | fields
        return Account.objects.create(name=name, search_text=name.casefold(), **fields)

    return one


def names(user, **parameters):
    return [account.name for account in ProbeList(user, parameters).page.rows]


def test_filters_narrow(people, create):
    rep = people["rep"]
    create("Big", employees=500)
    create("Small", employees=5, owner=None)
    create("Paid", status="customer", first_paid_on=dt.date(2026, 1, 1), owner=people["manager"])
    assert names(rep, sort="name") == ["Big", "Paid", "Small"]
    assert names(rep, employees_min="5", employees_max="100") == ["Small"]
    assert names(rep, status=["customer"]) == ["Paid"]
    assert names(rep, owner="me") == ["Big"]
    assert names(rep, owner="none") == ["Small"]
    assert names(rep, owner=["none", str(people["manager"].pk)], sort="name") == ["Paid", "Small"]
    assert names(rep, has_parent="yes") == []
    assert names(rep, sort="-employees")[-1] == "Paid"  # no number comes last, both ways
    assert names(rep, sort="employees")[-1] == "Paid"


def test_search_ignores_case_beyond_ascii(people, create):
    create("Élan Ñandú")
    create("Other")
    assert names(people["rep"], q="ÑANDÚ él") == ["Élan Ñandú"]
    assert names(people["rep"], q="élan other") == []
    assert names(people["rep"], q="%") == []


def test_dates_are_the_companys(people, create):
    Company.objects.update_or_create(pk=1, defaults={"time_zone": "Pacific/Auckland"})
    Company.forget()
    today = Company.current().today()
    create("Today", created_on=today)
    create("Long ago", created_on=today - dt.timedelta(days=400))
    assert names(people["rep"], created_on="today") == ["Today"]
    assert names(people["rep"], created_on_to=(today - dt.timedelta(days=1)).isoformat()) == ["Long ago"]
    for preset in PRESETS:
        names(people["rep"], created_on=preset)


BAD = [
    {"colour": "red"},
    {"owner__password": "x"},
    {"sort": "password"},
    {"sort": "--name"},
    {"status": "unheard-of"},
    {"status": ["prospect"] * 2 + ["x"]},
    {"owner": "1 OR 1=1"},
    {"owner": str(10**19)},
    {"owner": "999999"},
    {"owner": "٣"},
    {"employees_min": "10" * 20},
    {"employees_min": "1.5"},
    {"employees_min": "ten"},
    {"employees_min": ["1", "2"]},
    {"created_on": "sometime"},
    {"created_on_from": "2026-02-30"},
    {"created_on_from": "31/12/2026"},
    {"has_parent": "perhaps"},
    {"after": "garbage"},
    {"size": "0"},
    {"size": str(10**19)},
    {"view": "secret"},
    {"q": "x" * 101},
]


@pytest.mark.parametrize("parameters", BAD)
def test_what_a_list_does_not_know_is_a_400(client, people, parameters):
    client.force_login(people["admin"])
    response = client.get("/probes/", parameters)
    assert response.status_code == 400
    with pytest.raises(Exception) as caught:
        _ = ProbeList(people["admin"], parameters).page
    assert caught.value.code in ("bad_query", "bad_page")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(
        [*(name for part in ProbeList.filters for name in part.parameters), "q", "sort", "after", "size"]
    ),
    value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30),
)
def test_no_parameter_breaks_a_list(people, name, value):
    try:
        listing = ProbeList(people["rep"], {name: value})
        assert listing.page.rows == []
        listing.chips()
    except Exception as error:  # noqa: BLE001 anything but a clear refusal fails
        assert getattr(error, "code", None) in ("bad_query", "bad_page"), error


def test_a_foreign_owner_is_neither_filtered_by_nor_named(people, create):
    create("Theirs", owner=people["stranger"])
    with pytest.raises(BadQuery) as caught:
        ProbeList(people["rep"], {"owner": str(people["stranger"].pk)})
    assert people["stranger"].name not in caught.value.message
    options = dict(ProbeList.filters[1].options(people["rep"]))
    assert str(people["stranger"].pk) not in options


def test_views_unfold_and_given_filters_win(people, create):
    create("Prospect")
    create("Paid", status="customer", first_paid_on=dt.date(2026, 1, 1))
    rep = people["rep"]
    assert names(rep, view="prospects") == ["Prospect"]
    assert names(rep, view="prospects", status="customer") == ["Paid"]
    assert len(names(rep, view="all")) == 2
    listing = ProbeList(rep, {}, is_page=True)
    assert [account.name for account in listing.page.rows] == ["Prospect"]
    assert listing.chips()[0]["remove_url"] == "?view=all"
    assert len(ProbeList(rep, {"view": "all"}, is_page=True).page.rows) == 2


@pytest.mark.parametrize("count", [1, 60])
def test_the_number_of_queries_does_not_grow(client, people, create, count):
    for number in range(count):
        create(f"Account {number}", owner=people["manager"] if number % 2 else people["rep"])
    client.force_login(people["manager"])
    client.get("/probes/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/probes/", {"view": "all", "owner": "me"}).status_code == 200
    assert len(queries) <= 10, [query["sql"][:150] for query in queries]


def test_pages_follow_one_another(client, people, create):
    for number in range(7):
        create(f"Account {number}")
    client.force_login(people["rep"])
    url, seen = "/probes/?size=3&sort=name", []
    while url:
        page = client.get(url)
        seen += [row["record"].name for row in page.context["rows"]]
        url = page.context["next_url"] and "/probes/" + page.context["next_url"]
    assert seen == [f"Account {number}" for number in range(7)]


def test_htmx_gets_the_fragment_it_asked_for(client, people, create):
    create("One")
    client.force_login(people["rep"])
    page = client.get("/probes/", headers={"HX-Request": "true", "HX-Target": "list"}).content.decode()
    assert "<html" not in page
    assert "One" in page
    panel = client.get("/probes/?panel=filters", headers={"HX-Request": "true"}).content.decode()
    assert panel.strip().startswith("<form")
    assert "<form" in client.get("/probes/?panel=filters").content.decode()


def test_bulk_changes_what_one_may_change_and_nothing_otherwise(client, people, create):
    mine, theirs = create("Mine"), create("Theirs", owner=people["stranger"], team=people["stranger"].team)
    client.force_login(people["rep"])
    body = {"action": "assign", "value": people["manager"].pk, "ids": [mine.pk, theirs.pk]}
    assert client.post("/probes/", body).status_code == 403
    assert client.post("/probes/", body | {"ids": [mine.pk, 10**9]}).status_code == 404
    assert client.post("/probes/", body | {"ids": ["x"]}).status_code == 422
    assert client.post("/probes/", body | {"ids": [mine.pk], "value": "999999"}).status_code == 422
    assert client.post("/probes/", body | {"action": "promote"}).status_code == 422
    assert set(Account.objects.values_list("owner", flat=True)) == {people["rep"].pk, people["stranger"].pk}
    assert not Event.objects.exists()
    assert client.post("/probes/", body | {"ids": [mine.pk]}).status_code == 302
    mine.refresh_from_db()
    assert mine.owner == people["manager"]


def test_an_action_asks_for_its_value_with_and_without_javascript(client, people, create):
    account = create("Mine")
    client.force_login(people["rep"])
    page = client.post("/probes/", {"action": "assign", "ids": [account.pk]}).content.decode()
    assert "<html" in page
    assert f'name="ids" value="{account.pk}"' in page
    cell = client.get(f"/probes/?ask=assign&ids={account.pk}", headers={"HX-Request": "true"}).content.decode()
    assert cell.startswith("<select")
    body = {"action": "assign", "value": people["rep"].pk, "one": account.pk, "ids": [10**9]}
    row = client.post("/probes/", body, headers={"HX-Request": "true"}).content.decode()
    assert row.strip().startswith("<tr")


def test_an_undo_is_offered(client, people, create):
    account = create("Mine")
    client.force_login(people["rep"])
    page = client.post("/probes/", {"action": "trash", "ids": [account.pk]}, follow=True).content.decode()
    assert 'action="/undo/"' in page
    assert not Account.objects.alive().exists()


def test_exports_are_for_managers_recorded_and_harmless(client, people, create):
    create('=cmd|" /C calc"!A0', city="@home", employees=-0)
    create("Hidden", status="customer", first_paid_on=dt.date(2026, 1, 1))
    for role in ("rep", "agent"):
        client.force_login(people[role])
        assert client.post("/probes/", {"action": "export"}).status_code == 403
    assert not Event.objects.exists()
    client.force_login(people["manager"])
    response = client.post("/probes/?status=prospect", {"action": "export"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    assert rows[0] == ["id", "Name", "Status", "Owner", "Employees", "MRR", "Created on"]
    assert [row[1] for row in rows[1:]] == ['\'=cmd|" /C calc"!A0']
    assert rows[1][5] == "0.00"
    event = Event.objects.get(kind="list.exported")
    assert event.by == people["manager"]
    assert event.data == {"list": "probes", "query": "status=prospect"}


def test_saved_views_are_own_or_shared(client, people, create):
    client.force_login(people["rep"])
    client.post("/probes/?status=customer", {"action": "save_view", "name": "Paying", "is_shared": "on"})
    client.post("/probes/?status=former", {"action": "save_view", "name": "Gone"})
    assert dict(SavedView.objects.values_list("name", "query")) == {
        "Paying": "status=customer",
        "Gone": "status=former",
    }
    client.force_login(people["manager"])
    page = client.get("/probes/").content.decode()
    assert "Paying" in page
    assert "saved=" in page
    assert "status=former" not in page
    paying, gone = (SavedView.objects.get(name=name).pk for name in ("Paying", "Gone"))
    assert client.post("/probes/", {"action": "delete_view", "id": paying}).status_code == 403
    assert client.post("/probes/", {"action": "delete_view", "id": gone}).status_code == 404
    assert SavedView.objects.count() == 2
    page = client.get(f"/probes/?status=customer&saved={paying}")
    assert [tab["label"] for tab in page.context["tabs"] if tab["on"]] == ["Paying"]


def test_names_are_escaped(client, people, create):
    create("<script>alert(1)</script>", city='"><img src=x>')
    client.force_login(people["rep"])
    page = client.get("/probes/").content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page


def test_the_job_page_shows_own_jobs_only(client, people):
    from crm.models import Job

    for role in ("rep", "stranger"):
        event = Event.objects.create(
            kind=f"x.{role}", subject_label="x", subject_id=1, by=people[role], at=timezone.now()
        )
        Job.objects.create(key=role, handler=f"leads.{role}", event=event, state="failed", next_at=timezone.now())
    client.force_login(people["rep"])
    assert [row["record"].key for row in client.get("/jobs/").context["rows"]] == ["rep"]
    client.force_login(people["admin"])
    assert len(client.get("/jobs/").context["rows"]) == 2
