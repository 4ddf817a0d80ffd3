"""Leads, deals, accounts, contacts and subscriptions over the API: rows by policy, the pages' actions behind verbs."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account, Movement, Subscription
from crm import apikeys
from crm.models import Event
from leads.models import Deal, Lead
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.deals import DealFactory, StageFactory
from tests.factories.leads import LeadFactory
from tests.factories.subscriptions import ProductFactory, SubscriptionFactory
from tests.factories.users import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def rep(team):
    return UserFactory(roles=["rep"], team=team)


@pytest.fixture
def teammate(team):
    return UserFactory(roles=["rep"], team=team)


@pytest.fixture
def stranger():
    return UserFactory(roles=["rep"], team=TeamFactory())


@pytest.fixture
def manager(team):
    return UserFactory(roles=["manager"], team=team)


@pytest.fixture
def agent():
    return UserFactory(roles=["agent"])


def api(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def ids(response):
    assert response.status_code == 200, response.data
    return {row["id"] for row in response.data["results"]}


def test_leads_are_listed_within_the_policy(rep, teammate, stranger, manager, agent):
    own, near, far = LeadFactory(owner=rep), LeadFactory(owner=teammate), LeadFactory(owner=stranger)
    assert ids(api(rep).get("/api/v1/leads/")) == {own.pk, near.pk}
    assert ids(api(manager).get("/api/v1/leads/")) == {own.pk, near.pk}
    assert ids(api(stranger).get("/api/v1/leads/")) == {far.pk}
    assert api(agent).get("/api/v1/leads/").status_code == 403
    assert api(rep).get(f"/api/v1/leads/{far.pk}/").status_code == 404


def test_a_visible_lead_of_another_is_not_changed(rep, teammate):
    lead = LeadFactory(owner=teammate, name="Ana Brito")
    events = Event.objects.count()
    client = api(rep)
    answers = [
        client.patch(f"/api/v1/leads/{lead.pk}/", {"name": "Taken"}),
        client.post(f"/api/v1/leads/{lead.pk}/qualify/", {}),
        client.post(f"/api/v1/leads/{lead.pk}/convert/", {}),
        client.delete(f"/api/v1/leads/{lead.pk}/"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    lead.refresh_from_db()
    assert (lead.name, lead.stage, lead.trashed_at) == ("Ana Brito", "new", None)
    assert Event.objects.count() == events


def test_only_the_declared_fields_are_written(rep):
    everything = {field.name: None for field in Lead._meta.fields} | {
        "name": "Ottilie Brandvik", "stage": "qualified", "score": 99, "created_on": "1999-01-01", "team": 77, "account": 1,
    }  # fmt: skip
    del everything["owner"], everything["value"], everything["employees"]
    for name in ("company_name", "title", "email", "phone", "country", "comments"):
        everything[name] = ""
    answer = api(rep).post("/api/v1/leads/", everything, format="json")
    assert answer.status_code == 201, answer.data
    lead = Lead.objects.get()
    assert (lead.name, lead.stage, lead.account, lead.owner, lead.team) == (
        "Ottilie Brandvik",
        "new",
        None,
        rep,
        rep.team,
    )
    assert lead.created_on.year > 1999 and lead.external_id is None


def test_a_lead_goes_all_the_way_to_a_subscription(rep):
    product = ProductFactory(billing="monthly", price=14900)
    client = api(rep)
    lead = client.post("/api/v1/leads/", {"name": "Hugo Tessier", "company_name": "Maison Calvet"}, format="json").data
    assert client.post(f"/api/v1/leads/{lead['id']}/qualify/", {}).data["stage"] == "qualified"
    body = {"product": product.pk, "deal_value": 178800}
    converted = client.post(f"/api/v1/leads/{lead['id']}/convert/", body, format="json")
    assert converted.data["stage"] == "converted", converted.data
    again = client.post(f"/api/v1/leads/{lead['id']}/convert/", body, format="json")
    assert (again.status_code, again.data["code"]) == (409, again.data["code"])
    deal = Deal.objects.get()
    won = client.post(f"/api/v1/deals/{deal.pk}/win/", {})
    assert (won.status_code, won.data["status"]) == (200, "won"), won.data
    assert client.post(f"/api/v1/deals/{deal.pk}/win/", {}).status_code == 409
    subscription = Subscription.objects.get()
    assert (subscription.mrr, Movement.objects.get().amount) == (149_000_000, 149_000_000)
    assert Account.objects.get().status == "customer"


def test_deals_move_and_are_lost_by_verbs(rep):
    deal = DealFactory(owner=rep)
    later = StageFactory(pipeline=deal.stage.pipeline)
    client = api(rep)
    assert client.post(f"/api/v1/deals/{deal.pk}/move/", {"stage": later.pk}, format="json").data["stage"] == later.pk
    refused = client.post(f"/api/v1/deals/{deal.pk}/lose/", {}, format="json")
    assert (refused.status_code, set(refused.data["fields"])) == (400, {"reason"})
    assert client.post(f"/api/v1/deals/{deal.pk}/lose/", {"reason": "Price"}, format="json").data["status"] == "lost"


def test_contacts_of_foreign_accounts_are_refused(rep, stranger):
    theirs = AccountFactory(owner=stranger)
    answer = api(rep).post("/api/v1/contacts/", {"account": theirs.pk, "name": "Meera"}, format="json")
    assert answer.status_code == 403
    assert theirs.contacts.count() == 0
    contact = ContactFactory(account=AccountFactory(owner=rep))
    moved = api(rep).patch(f"/api/v1/contacts/{contact.pk}/", {"account": theirs.pk}, format="json")
    assert moved.status_code == 403
    contact.refresh_from_db()
    assert contact.account_id != theirs.pk


def test_subscriptions_change_by_verbs_for_managers_only(rep, manager):
    subscription = SubscriptionFactory(account=AccountFactory(owner=rep))
    before = subscription.mrr
    body = {"price": subscription.price * 2}
    address = f"/api/v1/subscriptions/{subscription.pk}"
    assert api(rep).get(f"{address}/").status_code == 200
    assert api(rep).post(f"{address}/upgrade/", body, format="json").status_code == 403
    subscription.refresh_from_db()
    assert subscription.mrr == before
    assert api(manager).post(f"{address}/upgrade/", body, format="json").data["mrr"] == 2 * before
    refused = api(manager).post(f"{address}/upgrade/", {"price": 1}, format="json")
    assert (refused.status_code, refused.data["code"]) == (400, refused.data["code"])


def test_a_subscription_of_a_stranger_does_not_exist(rep, stranger):
    subscription = SubscriptionFactory(account=AccountFactory(owner=stranger))
    assert ids(api(rep).get("/api/v1/subscriptions/")) == set()
    assert api(rep).get(f"/api/v1/subscriptions/{subscription.pk}/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "?nonsense=1",
        "?sort=password",
        "?after=xyz",
        "?size=0",
        "?owner=999999999999999999999",
        "?stage=unheard",
        "?q=%00",
    ],
)
def test_what_lists_do_not_offer_is_a_clear_400(rep, query):
    answer = api(rep).get(f"/api/v1/leads/{query}")
    assert answer.status_code == 400, answer.content
    body = answer.json()
    assert set(body) == {"code", "detail", "fields"} and body["detail"]


def test_ids_beyond_all_bounds_are_404(rep):
    for number in ("0", "9" * 18, "9" * 30, "-1", "1e3", "x"):
        assert api(rep).get(f"/api/v1/leads/{number}/").status_code == 404


def test_pages_follow_each_other_without_gap_or_repetition(rep):
    leads = {LeadFactory(owner=rep).pk for _ in range(7)}
    seen, address = [], "/api/v1/leads/?size=3"
    while address:
        answer = api(rep).get(address)
        seen += [row["id"] for row in answer.data["results"]]
        address = answer.data["next"]
    assert len(seen) == 7 and set(seen) == leads


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(rep, count, django_assert_max_num_queries):
    for _ in range(count):
        SubscriptionFactory(account=AccountFactory(owner=rep))
        LeadFactory(owner=rep)
        DealFactory(owner=rep)
    client = api(rep)
    for noun in ("leads", "deals", "accounts", "contacts", "subscriptions"):
        with django_assert_max_num_queries(8):
            client.get(f"/api/v1/{noun}/")


def test_a_read_key_reads_and_does_not_write(rep):
    _key, text = apikeys.create(rep, name="reports", scope="read", by=rep)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    assert client.get("/api/v1/leads/").status_code == 200
    assert client.post("/api/v1/leads/", {"name": "X"}, format="json").status_code == 403
    assert Lead.objects.count() == 0
    client.credentials(HTTP_AUTHORIZATION="Bearer tly_forged")
    assert client.get("/api/v1/leads/").status_code == 401


def test_the_same_idempotency_key_creates_one_lead(rep):
    client = api(rep)
    first = client.post("/api/v1/leads/", {"name": "Once"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    second = client.post("/api/v1/leads/", {"name": "Once"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    other = client.post("/api/v1/leads/", {"name": "Other"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, second.data["id"], other.status_code) == (201, first.data["id"], 409)
    assert [lead.name for lead in Lead.objects.all()] == ["Once"]


def test_the_schema_describes_every_resource(rep):
    answer = api(rep).get("/api/v1/schema/", HTTP_ACCEPT="application/json")
    assert answer.status_code == 200
    paths = set(answer.data["paths"])
    for noun in ("leads", "deals", "accounts", "contacts", "subscriptions", "kpis", "goals", "snapshots"):
        assert f"/api/v1/{noun}/" in paths
    assert "/api/v1/kpis/{slug}/members/" in paths


@pytest.mark.parametrize("value", ["1200.00", 1200.5, 1200.0, -1, "12 €", 10**16])
def test_amounts_are_whole_minor_units_or_refused(rep, value):
    answer = api(rep).post("/api/v1/leads/", {"name": "Ana", "value": value}, format="json")
    assert answer.status_code == 400 and set(answer.data["fields"]) == {"value"}
    assert not Lead.objects.exists()
