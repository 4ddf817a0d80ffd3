"""A change of the settings publishes anew, and ends in what a fresh start would have."""

import datetime as dt

import pytest

from accounts.actions import orders, subscriptions
from crm.models import Company
from metrics.actions import recounting, snapshots
from metrics.models import Snapshot, SnapshotProgress
from tests.factories.accounts import AccountFactory
from tests.factories.subscriptions import ProductFactory
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 20)
PLACE = ("kpi", "grain", "start", "end", "dimension", "member", "numerator", "denominator")


@pytest.fixture
def business():
    rep = UserFactory(roles=["rep"])
    account = AccountFactory(owner=rep)
    subscriptions.start(account, ProductFactory(billing="monthly", price=100_00), by=rep, on=dt.date(2025, 12, 10))
    orders.add(AccountFactory(owner=rep), amount=50_00, by=rep, on=dt.date(2026, 1, 15))


def current():
    return set(Snapshot.objects.current().values_list(*PLACE))


def fresh():
    Snapshot.objects.all().delete()
    SnapshotProgress.objects.all().delete()
    snapshots.catch_up(TODAY)
    return current()


@pytest.mark.parametrize("change", [{"fiscal_start_month": 2, "week_start": 6}, {"active_rule": "orders"}])
def test_the_next_night_equals_a_fresh_start(business, change):
    snapshots.catch_up(TODAY)
    before = current()
    company = Company.current()
    for name, value in change.items():
        setattr(company, name, value)
    company.save()
    recounting.after(list(change))
    snapshots.catch_up(TODAY)
    after = current()
    assert after != before
    assert after == fresh()


def test_a_change_of_the_name_recounts_nothing_and_reports_are_kept(business):
    snapshots.catch_up(TODAY)
    recounting.after(["name", "business_hours"])
    assert snapshots.catch_up(TODAY) == 0
    reported = set(Snapshot.objects.filter(grain="quarter").values_list("pk", flat=True))
    recounting.after(["fiscal_start_month"])
    assert set(Snapshot.objects.filter(grain="quarter", is_current=False).values_list("pk", flat=True)) == reported
