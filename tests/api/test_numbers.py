"""KPIs, their members, goals and snapshots over the API."""

import datetime as dt

import pytest
from rest_framework.test import APIClient

from leads.actions import deals
from metrics import engine
from metrics.actions import snapshots
from metrics.models import Goal, Snapshot
from tests.factories.accounts import AccountFactory
from tests.factories.deals import DealFactory
from tests.factories.users import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db
START, END = "2026-01-01", "2027-01-01"


def api(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def rep():
    return UserFactory(roles=["rep"], team=TeamFactory())


@pytest.fixture
def other():
    return UserFactory(roles=["rep"], team=TeamFactory())


@pytest.fixture
def admin():
    return UserFactory(roles=["admin"])


def won(owner, value):
    at = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
    deal = DealFactory(owner=owner, account=AccountFactory(owner=owner), value=value, product=None, at=at)
    return deals.win(deal, by=owner, at=at)


def test_the_catalogue_lists_every_declared_number(rep):
    answer = api(rep).get("/api/v1/kpis/")
    assert [row["slug"] for row in answer.data["results"]] == [kpi.slug for kpi in engine.catalogue()]


def test_a_number_by_month_and_owner(admin, rep, other):
    won(rep, 100_00)
    won(other, 300_00)
    address = f"/api/v1/kpis/revenue_won/?start={START}&end={END}&grain=year"
    (row,) = api(admin).get(address).data["results"]
    assert (row["value"], row["numerator"], row["denominator"], row["unit"]) == (400.0, 400_00, None, "money")
    rows = api(admin).get(address + "&by=owner").data["results"]
    assert {row["member"]: row["value"] for row in rows} == {str(rep.pk): 100.0, str(other.pk): 300.0}
    months = api(admin).get(f"/api/v1/kpis/revenue_won/?start={START}&end={END}&grain=month").data["results"]
    assert [row["value"] for row in months[:4]] == [0, 0, 400.0, 0] and len(months) == 12


def test_a_rep_gets_own_numbers_and_records(rep, other):
    mine, _theirs = won(rep, 100_00), won(other, 300_00)
    client = api(rep)
    span = f"start={START}&end={END}"
    (row,) = client.get(f"/api/v1/kpis/revenue_won/?{span}").data["results"]
    assert (row["value"], row["member"]) == (100.0, str(rep.pk))
    (row,) = client.get(f"/api/v1/kpis/revenue_won/?{span}&by=owner").data["results"]
    assert row["member"] == str(rep.pk)
    assert client.get(f"/api/v1/kpis/revenue_won/?{span}&by=team").status_code == 403
    assert client.get(f"/api/v1/kpis/revenue_won/?{span}&owner={other.pk}").status_code == 403
    members = client.get(f"/api/v1/kpis/revenue_won/members/?{span}&part=numerator").data
    assert [row["id"] for row in members["results"]] == [mine.pk]
    assert (members["total"], members["visible_total"]) == (100_00, 100_00)


def test_no_value_says_why(admin):
    (row,) = api(admin).get(f"/api/v1/kpis/win_rate/?start={START}&end={END}").data["results"]
    assert row["value"] is None and row["reason"]


@pytest.mark.parametrize(
    "query",
    [
        "?start=2026-01-01",
        "?start=2026-02-01&end=2026-01-01",
        "?start=1990-01-01&end=2026-01-01&grain=day",
        "?grain=era",
        "?by=mood",
        "?nonsense=1",
        "?variant=x",
    ],
)
def test_what_makes_no_sense_is_a_clear_400(admin, query):
    answer = api(admin).get(f"/api/v1/kpis/win_rate/{query}")
    assert answer.status_code == 400 and answer.data["detail"]


def test_unknown_numbers_are_404(admin):
    assert api(admin).get("/api/v1/kpis/happiness/").status_code == 404


def test_snapshots_are_read_within_the_policy(admin, rep, other):
    won(rep, 100_00)
    won(other, 300_00)
    snapshots.catch_up()
    client = api(rep)
    seen = set()
    address = "/api/v1/snapshots/?kpi=revenue_won&size=200"
    while address:
        answer = client.get(address)
        seen |= {(row["dimension"], row["member"]) for row in answer.data["results"]}
        address = answer.data["next"]
    assert seen == {("owner", str(rep.pk))}
    company = api(admin).get("/api/v1/snapshots/?kpi=revenue_won&grain=year&dimension=owner").data["results"]
    assert {(row["member"], row["value"]) for row in company} >= {(str(rep.pk), 100.0), (str(other.pk), 300.0)}
    assert client.post("/api/v1/snapshots/", {}).status_code in (403, 405)
    assert Snapshot.objects.filter(revision__gt=1).count() == 0


def test_goals_are_set_and_read_over_the_api(admin, rep, other):
    won(rep, 100_00)
    body = {
        "kpi": "revenue_won", "dimension": "owner", "member": str(rep.pk), "starts_on": START, "ends_on": END,
        "baseline": 0, "target": "absolute", "target_value": 400,
    }  # fmt: skip
    made = api(rep).post("/api/v1/goals/", body, format="json")
    assert made.status_code == 201, made.data
    assert made.data["standing"]["progress"] == 0.25
    assert api(other).get("/api/v1/goals/").data["results"] == []
    assert api(other).get(f"/api/v1/goals/{made.data['id']}/").status_code == 404
    refused = api(other).post("/api/v1/goals/", body, format="json")
    assert refused.status_code == 403 and Goal.objects.count() == 1
    assert api(rep).delete(f"/api/v1/goals/{made.data['id']}/").status_code == 204
    assert not Goal.objects.alive().exists()


def test_a_manager_gets_people_of_their_own_team_only(rep, other):
    won(rep, 100_00)
    won(other, 300_00)
    snapshots.catch_up()
    client = api(UserFactory(roles=["manager"], team=rep.team))
    rows = client.get(f"/api/v1/kpis/revenue_won/?start={START}&end={END}&by=owner").data["results"]
    assert {row["member"] for row in rows} == {str(rep.pk)}
    assert client.get(f"/api/v1/kpis/revenue_won/?start={START}&end={END}&owner={other.pk}").status_code == 400
    published = client.get("/api/v1/snapshots/?kpi=revenue_won&grain=year&dimension=owner").data["results"]
    assert {row["member"] for row in published} == {str(rep.pk)}
