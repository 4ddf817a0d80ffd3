"""Deleting hides at once and can be taken back; after thirty days it is for good."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Account
from crm import trash
from crm.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.crm.list_urls")]


@pytest.fixture
def account(people):
    return Account.objects.create(
        name="Norrby", owner=people["rep"], team=people["rep"].team, created_on=dt.date(2026, 11, 1)
    )


def test_the_trash_hides_and_restores_with_events(people, account):
    assert account.trash(by=people["rep"]) is True
    assert account.trash(by=people["rep"]) is False  # a second click
    assert not Account.objects.visible_to(people["admin"]).exists()
    assert account.restore(by=people["rep"]) is True
    assert account.restore(by=people["rep"]) is False
    assert Account.objects.visible_to(people["admin"]).exists()
    account.refresh_from_db()
    assert (account.trashed_at, account.trashed_by) == (None, None)
    kinds = Event.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["account.trashed", "account.restored"]
    assert {event.touches == Event.objects.first().touches for event in Event.objects.all()} == {True}


def test_the_page_shows_what_one_may_see_and_restores_what_one_may_change(client, people, account):
    account.trash(by=people["rep"])
    client.force_login(people["stranger"])
    page = client.get("/trash/").content.decode()
    assert "Norrby" in page  # every rep reads every account
    url = f"/trash/accounts.account/{account.pk}/restore/"
    assert url not in page
    assert client.post(url).status_code == 403
    client.force_login(people["rep"])
    assert url in client.get("/trash/").content.decode()
    assert client.get(url).status_code == 405
    account.refresh_from_db()
    assert account.is_trashed
    assert client.post(url).status_code == 302
    assert client.post(url).status_code == 409
    account.refresh_from_db()
    assert not account.is_trashed


@pytest.mark.parametrize("label", ["accounts.user", "crm.event", "nothing", "auth.permission"])
def test_only_what_can_be_trashed_can_be_restored(client, people, label):
    client.force_login(people["admin"])
    assert client.post(f"/trash/{label}/{people['rep'].pk}/restore/").status_code == 404


def test_purging_waits_thirty_days(people, account):
    account.trash(by=people["rep"])
    assert trash.purge() == 0
    assert trash.purge(now=timezone.now() + dt.timedelta(days=29)) == 0
    assert trash.purge(now=timezone.now() + dt.timedelta(days=31)) == 1
    assert not Account.objects.exists()


def test_purging_never_takes_living_records_along(people, account):
    from accounts.models import Contact

    contact = Contact.objects.create(name="Ada", account=account)
    account.trash(by=people["rep"])
    later = timezone.now() + dt.timedelta(days=31)
    assert trash.purge(now=later) == 0
    assert Account.objects.filter(pk=account.pk).exists()
    contact.trash(by=people["rep"])
    trash.purge(now=timezone.now() + dt.timedelta(days=62))
    assert not Account.objects.exists()
