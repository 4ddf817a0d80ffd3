"""A load writes records with their past, once, and announces itself alone; --undo takes it back."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Movement, MrrInterval, Subscription, Team
from crm.imports import writing
from crm.models import Event, ImportBatch, Job, Notification
from leads.models import Activity, Deal, DealStageChange, Lead, LeadStageChange
from tests.imports import company

MICROS = 1_000_000


@pytest.fixture
def loaded(load):
    result = load(company.MAPPING, **company.files())
    assert (result.failed, result.reported) == ("", [])
    return result


def test_movements_are_what_they_were_for_the_customer(loaded):
    account = Account.objects.get(name="A0")
    found = Movement.objects.filter(account=account).order_by("on", "id").values_list("on", "kind", "amount")
    assert list(found) == [
        (date(2024, 1, 1), "new", 1000 * MICROS),
        (date(2024, 2, 1), "expansion", 100 * MICROS),
        (date(2024, 3, 1), "contraction", -1000 * MICROS),
        (date(2024, 4, 1), "churn", -100 * MICROS),
        (date(2024, 6, 1), "reactivation", 50 * MICROS),
    ]
    spans = MrrInterval.objects.filter(account=account).order_by("start_on").values_list("start_on", "end_on", "mrr")
    assert list(spans) == [
        (date(2024, 1, 1), date(2024, 3, 1), 1000 * MICROS),
        (date(2024, 2, 1), date(2024, 4, 1), 100 * MICROS),
        (date(2024, 6, 1), date(9999, 12, 31), 50 * MICROS),
    ]
    assert (account.status, account.mrr, account.first_paid_on) == ("customer", 50 * MICROS, date(2023, 12, 3))
    assert account.parent.name == "A5"
    assert Team.objects.get(name="North").manager.name == "Bob"


def test_who_changes_subscriptions_on_a_day_neither_leaves_nor_returns(load):
    rows = "a,A1,01.01.2024,01.05.2024,monatlich,10\nb,A1,01.05.2024,,monatlich,30"
    load(company.MAPPING, **company.files() | {"subscriptions.csv": f"id,account,from,to,billed,price\n{rows}"})
    kinds = Movement.objects.order_by("on", "id").values_list("kind", "amount")
    assert list(kinds) == [("new", 10 * MICROS), ("expansion", 30 * MICROS), ("contraction", -10 * MICROS)]


def test_leads_and_deals_carry_their_past(loaded):
    lead = Lead.objects.get(external_id="co:1")
    steps = list(lead.stage_changes.values_list("from_stage", "to_stage", "on"))
    assert steps == [("", "new", date(2024, 1, 2))]
    lead = Lead.objects.get(external_id="co:3")
    assert list(lead.stage_changes.order_by("id").values_list("from_stage", "to_stage", "on")) == [
        ("", "new", date(2024, 1, 2)),
        ("new", "qualified", date(2024, 1, 5)),
        ("qualified", "converted", date(2024, 1, 8)),
    ]
    assert str(lead.created_at) == "2024-01-02 00:00:00+00:00", (
        "a bare date is a day of the company (UTC), not of the source"
    )
    deal = Deal.objects.get(lead=lead)
    assert list(
        deal.stage_changes.order_by("id").values_list("to_stage__name", "status", "probability", "on", "value")
    ) == [
        ("Demo", "open", 20, date(2024, 1, 5), 120050),
        ("Angebot", "open", 60, date(2024, 1, 8), 120050),
        ("Angebot", "won", 100, date(2024, 1, 10), 120050),
    ]


def test_customer_on_is_the_first_paid_day_unless_it_was_before_the_lead(loaded):
    days = set(Lead.objects.filter(account__name="A3").values_list("customer_on", flat=True))
    assert days == {None}, "A3 has paid since the day before its leads came"
    assert Account.objects.get(name="A3").first_paid_on == date(2024, 1, 1)


def test_a_won_deal_makes_a_customer_of_its_lead(load):
    files = company.files() | {
        "subscriptions.csv": "id,account,from,to,billed,price\n",
        "orders.csv": "id,account,on,amount,kind\n",
    }
    load(company.MAPPING, **files)
    converted = Lead.objects.filter(stage="converted")
    assert converted.count() == 10
    assert set(converted.values_list("customer_on", flat=True)) == {date(2024, 1, 10)}


def test_one_event_and_no_reactions(loaded):
    event = Event.objects.get()
    assert event.kind == "import.finished"
    assert (Job.objects.count(), Notification.objects.count()) == (0, 0)
    batch = ImportBatch.objects.get()
    assert (batch.state, event.subject_id) == ("finished", batch.pk)
    assert event.touches["accounts.movement"] == [
        "2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01", "2024-06-01",
    ]  # fmt: skip
    assert event.touches["accounts.order"] == ["2023-12-03", "2023-12-04"]
    assert event.touches["leads.lead"] == ["2024-01-02", "2024-01-05", "2024-01-08"]
    assert event.touches["leads.deal"] == ["2024-01-05", "2024-01-10"]
    assert "2023-12-03" in event.touches["accounts.account"]


def test_a_second_load_keeps_what_is_there(load, loaded):
    before = company.picture()
    result = load(company.MAPPING, **company.files())
    assert result.said[-1] == "Everything is there already; nothing was written."
    assert company.picture() == before
    assert (ImportBatch.objects.count(), Event.objects.count()) == (1, 1)


def test_a_later_load_adds_what_is_new_and_is_undone_alone(load, loaded):
    before = company.picture()
    files = company.files()
    files["subscriptions.csv"] += "\nA0-4,A0,01.07.2024,,monatlich,25"
    load(company.MAPPING, **files)
    added = Movement.objects.get(subscription__external_id="co:A0-4")
    assert (added.kind, added.amount) == ("expansion", 25 * MICROS)
    assert Account.objects.get(name="A0").mrr == 75 * MICROS
    load(company.MAPPING, "--undo")
    assert company.picture() == before


def test_a_dry_run_writes_nothing(load):
    result = load(company.MAPPING, "--dry-run", **company.files())
    assert "lead: 30 new, 0 there already" in result.said
    assert not any(company.picture().values())
    assert not (ImportBatch.objects.exists() or Event.objects.exists())


def test_undo_restores_the_former_state(load, loaded):
    load(company.MAPPING, "--undo")
    assert not any(company.picture().values())
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == ["import.finished", "import.undone"]
    done, undone = Event.objects.order_by("id")
    assert set(undone.touches["accounts.movement"]) == set(done.touches["accounts.movement"])
    assert load(company.MAPPING, "--undo").failed == "There is no import by this mapping that could be undone."


def test_undo_leaves_what_was_there_before_as_it_was(load):
    files = company.files()
    accounts_only = company.MAPPING[: company.MAPPING.index('[[table]]\nnoun = "subscription"')]
    load(accounts_only.replace('name = "company"', 'name = "first"'), **files)
    before = company.picture()
    load(company.MAPPING, **files)
    assert Account.objects.customers().count() == company.ACCOUNTS
    load(company.MAPPING, "--undo")
    assert company.picture() == before
    assert not Account.objects.customers().exists()


def test_undo_refuses_what_has_been_built_upon_and_names_it(load, loaded):
    before = company.picture()
    lead = Lead.objects.get(external_id="co:1")
    Activity.objects.create(lead=lead, kind="call", at=timezone.now(), on=timezone.now().date())
    refused = load(company.MAPPING, "--undo").failed
    assert refused.splitlines()[1:] == [f"lead {lead.pk}: activity"]
    Activity.objects.all().delete()
    Event.objects.create(kind="lead.edited", subject_label="leads.lead", subject_id=lead.pk, at=timezone.now())
    refused = load(company.MAPPING, "--undo").failed
    assert refused.splitlines()[1:] == [f"lead {lead.pk}: lead.edited"]
    assert company.picture() == before
    assert ImportBatch.objects.get().state == "finished"


def test_existing_products_and_people_are_found_by_their_natural_key(load, loaded):
    again = company.MAPPING.replace('"co"', '"other"').replace('name = "company"', 'name = "again"')
    one = again.replace("Verkauf", "Verkauf 2")
    result = load(one, **company.files())
    assert result.failed == ""
    assert "product: 0 new, 1 there already" in result.said
    assert "user: 0 new, 3 there already" in result.said
    assert Lead.objects.count() == 2 * company.LEADS


def test_the_plain_way_and_copy_write_the_same(load, loaded, monkeypatch):
    first = company.picture()
    load(company.MAPPING, "--undo")
    monkeypatch.setattr(writing, "can_copy", lambda: False)
    load(company.MAPPING, **company.files())
    assert company.picture() == first


@pytest.mark.parametrize("size", ["1", "7", "5000"])
def test_batches_of_any_size_write_the_same(load, loaded, size):
    first = company.picture()
    load(company.MAPPING, "--undo")
    load(company.MAPPING, "--batch-size", size, **company.files())
    assert company.picture() == first


def test_the_future_of_a_subscription_is_only_noted(load):
    ahead = timezone.now().date() + timedelta(days=30)
    files = company.files()
    files["subscriptions.csv"] = f"id,account,from,to,billed,price\n1,A1,01.01.2024,{ahead:%d.%m.%Y},monatlich,10"
    load(company.MAPPING, **files)
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.ends_on, subscription.mrr) == ("active", ahead, 10 * MICROS)
    assert [movement.kind for movement in Movement.objects.all()] == ["new"]
    assert LeadStageChange.objects.count() == company.LEADS + 20
    assert DealStageChange.objects.count() == 30
