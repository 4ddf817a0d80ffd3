from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.actions import subscriptions
from accounts.models import Account, Contact
from crm import jobs
from crm.exceptions import Conflict
from crm.models import Event
from leads.actions import leads
from leads.models import Deal, Lead, LeadStageChange
from tests.factories import (
    AccountFactory,
    LeadFactory,
    OrderFactory,
    ProductFactory,
    SourceFactory,
    SubscriptionFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midsummer")]

PAST = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_conversion_makes_account_contact_and_deal_of_the_lead():
    owner, product = UserFactory(), ProductFactory()
    source = SourceFactory(key="fair")
    lead = LeadFactory(
        name="Ann", company_name="Norrby", email="ann@norrby.test", country="SE", owner=owner, source=source, product=product, value=900_00, at=PAST
    )  # fmt: skip
    account, contact, deal = leads.convert(lead, by=owner, at=PAST + timedelta(days=3))
    assert (account.name, account.owner, account.source, account.country) == ("Norrby", owner, "fair", "SE")
    assert (contact.name, contact.email, contact.account) == ("Ann", "ann@norrby.test", account)
    assert (deal.account, deal.contact, deal.lead, deal.value, deal.product) == (
        account,
        contact,
        lead,
        900_00,
        product,
    )
    assert (deal.source, deal.created_on, deal.owner) == (source, date(2026, 3, 4), owner)
    lead.refresh_from_db()
    assert (lead.stage, lead.account, lead.converted_on, lead.qualified_on) == (
        "converted",
        account,
        date(2026, 3, 4),
        date(2026, 3, 4),
    )
    last = LeadStageChange.objects.latest("pk")
    assert (last.from_stage, last.to_stage, last.on) == ("new", "converted", date(2026, 3, 4))
    event = Event.objects.get(kind="lead.converted")
    assert (event.context_id, event.touches["leads.lead"]) == (account.pk, ["2026-03-01"])


def test_an_account_is_joined_only_when_it_is_given():
    AccountFactory(name="Norrby")
    given = AccountFactory()
    assert leads.convert(LeadFactory(company_name="Norrby"), by=None).account.name == "Norrby"
    assert Account.objects.filter(name="Norrby").count() == 2
    assert leads.convert(LeadFactory(company_name="Norrby"), by=None, account=given).account == given


def test_without_a_deal_where_none_is_wanted():
    assert leads.convert(LeadFactory(), by=None, create_deal=False).deal is None
    assert not Deal.objects.exists()


@pytest.mark.parametrize("how", ["converted", "disqualified", "trashed"])
def test_what_is_closed_or_gone_is_not_converted(how):
    lead = LeadFactory()
    stale = Lead.objects.get(pk=lead.pk)
    if how == "converted":
        leads.convert(lead, by=None)
    elif how == "disqualified":
        leads.disqualify(lead, reason="no", by=None)
    else:
        lead.trash()
    before = (Account.objects.count(), Contact.objects.count(), Deal.objects.count(), Event.objects.count())
    with pytest.raises(Conflict):
        leads.convert(stale, by=None)
    assert (Account.objects.count(), Contact.objects.count(), Deal.objects.count(), Event.objects.count()) == before


# customer_on


def test_first_payment_after_conversion_makes_the_lead_a_customer():
    lead = LeadFactory(at=PAST)
    account = leads.convert(lead, by=None, at=PAST).account
    subscriptions.start(account, ProductFactory(), on=date(2026, 4, 2), by=None)
    jobs.sweep()
    lead.refresh_from_db()
    assert lead.customer_on == date(2026, 4, 2)
    assert Event.objects.filter(kind="lead.customer").latest("pk").touches == {"leads.lead": ["2026-03-01"]}


def test_the_lead_of_an_account_that_was_a_customer_before_never_becomes_one():
    account = SubscriptionFactory(on=date(2026, 2, 1)).account
    lead = LeadFactory(at=PAST)
    leads.convert(lead, by=None, account=account)
    OrderFactory(account=account, on=date(2026, 4, 1))
    jobs.sweep()
    lead.refresh_from_db()
    assert lead.customer_on is None


def test_a_lead_joining_an_account_that_paid_since_it_came_is_a_customer():
    lead = LeadFactory(at=PAST)
    account = OrderFactory(on=date(2026, 3, 20)).account
    leads.convert(lead, by=None, account=account)
    lead.refresh_from_db()
    assert lead.customer_on == date(2026, 3, 20)


def test_a_corrected_first_day_corrects_the_lead():
    lead = LeadFactory(at=PAST)
    account = leads.convert(lead, by=None, at=PAST).account
    subscriptions.start(account, ProductFactory(), on=date(2026, 4, 2), by=None)
    jobs.sweep()
    subscriptions.correct(account.movements.get(), on=date(2026, 2, 1), by=None, reason="paid before")
    jobs.sweep()
    lead.refresh_from_db()
    assert lead.customer_on is None
