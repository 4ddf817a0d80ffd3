"""The page of one record and its two fragments, by the example of an account."""

import pytest

from crm import registry
from crm.timeline import SIZE
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return UserFactory(roles=["admin"])


@pytest.fixture
def account(admin):
    return AccountFactory(owner=admin)


@pytest.fixture
def panel(monkeypatch):
    """One panel in the facts column, shown to managers."""
    monkeypatch.setattr(registry, "_panels", {})
    registry.panel(
        "accounts.Account",
        "crm",
        lambda record, user: {"title": f"PANEL of {record}"},
        template="_components/blank.html",
        title="Panel",
        roles=["manager", "admin"],
    )


def test_a_panel_is_announced_fetched_and_opened(client, admin, account, panel):
    client.force_login(admin)
    page = client.get(account.get_absolute_url())
    assert ("PANEL of" in page.content.decode(), 'hx-get="?panel=crm"' in page.content.decode()) == (False, True)
    fragment = client.get(account.get_absolute_url(), {"panel": "crm"}, HTTP_HX_REQUEST="true").content.decode()
    assert (f"PANEL of {account}" in fragment, "<html" in fragment) == (True, False)
    opened = client.get(account.get_absolute_url(), {"panel": "crm"}).content.decode()
    assert (f"PANEL of {account}" in opened, "<html" in opened) == (True, True)


def test_a_panel_is_only_for_its_roles(client, account, panel):
    client.force_login(UserFactory(roles=["rep"]))
    assert 'hx-get="?panel=crm"' not in client.get(account.get_absolute_url()).content.decode()
    assert client.get(account.get_absolute_url(), {"panel": "crm"}, HTTP_HX_REQUEST="true").status_code == 404
    assert "PANEL of" not in client.get(account.get_absolute_url(), {"panel": "crm"}).content.decode()


def test_older_entries_come_as_a_page_or_as_a_fragment(client, admin, account):
    for number in range(SIZE + 2):
        ContactFactory(account=account, name=f"Contact no. {number}", by=admin)
    client.force_login(admin)
    first = client.get(account.get_absolute_url())
    older = first.context["timeline"].older_url
    page = client.get(older)
    assert ("<html" in page.content.decode(), page.context["show"]) == (True, "timeline")
    assert "Account added" in page.content.decode()
    fragment = client.get(older, HTTP_HX_REQUEST="true").content.decode()
    assert ("<html" in fragment, "Account added" in fragment, "no. 0" in fragment, "no. 26" in fragment) == (
        False,
        True,
        True,
        False,
    )


@pytest.mark.parametrize("query", ["older=broken", "segment=nonsense"])
def test_what_no_timeline_knows_is_refused(client, admin, account, query):
    client.force_login(admin)
    assert client.get(f"{account.get_absolute_url()}?{query}").status_code == 400


@pytest.mark.parametrize("show", ["facts", "timeline"])
def test_a_phone_shows_one_of_two(client, admin, account, show):
    client.force_login(admin)
    page = client.get(account.get_absolute_url(), {"show": show}).content.decode()
    assert ('<div class="split only-wide">' in page, '<section class="only-wide" aria-labelledby="h-tl">' in page) == (
        show == "timeline",
        show == "facts",
    )
