import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account, Contact
from crm.models import Event
from tests.accounts.people import cast, customer, state
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.subscriptions import OrderFactory, SubscriptionFactory
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


def get(client, user, name, *args, query="", **extra):
    client.force_login(user)
    return client.get(reverse(name, args=args) + query, **extra)


def post(client, user, name, *args, data=None, query=""):
    client.force_login(user)
    return client.post(reverse(name, args=args) + query, data or {})


def fields(**changed):
    return {"name": "Halberd Optics", "country": "IE", "industry": "", "city": "", "website": "", "phone": "", "employees": "84",
            "parent": "", "description": ""} | changed  # fmt: skip


# Who sees and changes what


def test_everybody_who_works_here_sees_every_account(client, people):
    ours, theirs = AccountFactory(name="Ours", owner=people.owner), AccountFactory(name="Theirs", owner=people.stranger)
    for user in vars(people).values():
        response = get(client, user, "account_list")
        assert {row["record"] for row in response.context["rows"]} == {ours, theirs}


def test_an_account_shows_money_only_to_those_who_may_read_it(client, people):
    halberd = customer(people.owner)
    readers = {
        name
        for name, user in vars(people).items()
        if get(client, user, "account_detail", halberd.account.pk).context["subscriptions"] == [halberd.subscription]
    }
    assert readers == {"owner", "agent", "manager", "admin"}


def test_the_page_of_a_stranger_holds_nothing_of_the_subscription(client, people):
    halberd = customer(people.owner)
    halberd.subscription.product.name = "CANARY plan"
    halberd.subscription.product.save()
    assert "CANARY plan" in get(client, people.owner, "account_detail", halberd.account.pk).content.decode()
    assert "CANARY plan" not in get(client, people.stranger, "account_detail", halberd.account.pk).content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 302), ("manager", 302), ("admin", 302), ("teammate", 403), ("stranger", 403), ("agent", 403), ("other_manager", 403)],
)  # fmt: skip
def test_editing_an_account(client, people, who, status):
    account = AccountFactory(name="Halberd", owner=people.owner)
    before = state(Account)

    data = fields(name="Renamed")
    if who in ("manager", "admin"):
        data["owner"] = people.owner.pk
    response = post(client, getattr(people, who), "account_edit", account.pk, data=data)

    assert response.status_code == status
    assert (state(Account) == before) == (status == 403)
    account.refresh_from_db()
    assert account.name == ("Renamed" if status == 302 else "Halberd")
    assert account.owner == people.owner


def test_a_rep_cannot_give_an_account_away(client, people):
    account = AccountFactory(owner=people.owner)
    post(
        client,
        people.owner,
        "account_edit",
        account.pk,
        data=fields(owner=people.stranger.pk, status="customer", mrr="1"),
    )
    account.refresh_from_db()
    assert (account.owner, account.status, account.mrr) == (people.owner, "prospect", 0)


def test_an_account_in_the_trash_is_nowhere(client, people):
    account = AccountFactory(owner=people.owner)
    response = post(client, people.owner, "account_trash", account.pk)
    assert response.status_code == 302
    assert get(client, people.owner, "account_detail", account.pk).status_code == 404
    assert get(client, people.admin, "account_list").context["rows"] == []
    assert post(client, people.stranger, "account_restore", account.pk).status_code == 404
    assert Account.objects.alive().count() == 0

    post(client, people.owner, "account_restore", account.pk)
    assert list(Account.objects.alive()) == [account]


@pytest.mark.parametrize("name", ["account_trash", "account_edit", "contact_edit", "contact_trash"])
@pytest.mark.parametrize("who", ["stranger", "agent", "other_manager"])
def test_refused_writes_leave_no_trace(client, people, name, who):
    halberd = customer(people.owner)
    record = halberd.contact if name.startswith("contact") else halberd.account
    before = state(Account, Contact)
    assert post(client, getattr(people, who), name, record.pk, data={"name": "Mine now"}).status_code == 403
    assert state(Account, Contact) == before


def test_agents_add_no_accounts(client, people):
    before = state(Account)
    assert get(client, people.agent, "account_create").status_code == 403
    assert post(client, people.agent, "account_create", data=fields()).status_code == 403
    assert state(Account) == before


def test_a_get_writes_nothing(client, people):
    account = AccountFactory(owner=people.owner)
    before = state(Account)
    for name in ("account_trash", "account_restore"):
        assert get(client, people.owner, name, account.pk).status_code == 405
    assert state(Account) == before


@pytest.mark.parametrize("name", ["account_list", "account_create", "contact_list", "subscription_list", "order_list", "product_list", "user_list", "profile"])  # fmt: skip
def test_strangers_to_the_house_sign_in_first(client, name):
    assert client.get(reverse(name)).url.startswith(reverse("account_login"))


# Forms


def test_adding_an_account(client, people):
    response = post(client, people.owner, "account_create", data=fields(website="halberd.example", city="Dublin"))
    account = Account.objects.get()
    assert response.url == account.get_absolute_url()
    assert (account.name, account.country, account.employees, account.owner, account.team) == (
        "Halberd Optics", "IE", 84, people.owner, people.owner.team,
    )  # fmt: skip
    assert list(Event.objects.filter(kind__startswith="account.").values_list("kind", flat=True)) == ["account.added"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 201), ("country", "XX"), ("website", "no address"), ("employees", "-1"), ("parent", "Nobody & Sons")],
)  # fmt: skip
def test_what_is_wrong_with_an_account_is_said_at_its_field(client, people, field, value):
    before = state(Account)
    response = post(client, people.owner, "account_create", data=fields(**{field: value}))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert state(Account) == before


def test_what_cannot_be_stored_is_refused(client, people):
    assert post(client, people.owner, "account_create", data=fields(name="nul\x00byte")).status_code == 400
    assert Account.objects.count() == 0


def test_an_account_does_not_belong_to_itself(client, people):
    top = AccountFactory(name="Top", owner=people.owner)
    below = AccountFactory(name="Below", owner=people.owner, parent=top)
    response = post(client, people.owner, "account_edit", top.pk, data=fields(name="Top", parent="Below"))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["parent"]
    response = post(client, people.owner, "account_edit", below.pk, data=fields(name="Below", parent="Below"))
    assert list(response.context["form"].errors) == ["parent"]


def test_a_parent_of_a_common_name_is_chosen_by_its_number(client, people):
    twins = [AccountFactory(name="Twin") for _ in range(2)]
    response = post(client, people.owner, "account_create", data=fields(parent="Twin"))
    assert response.status_code == 422
    post(client, people.owner, "account_create", data=fields(parent=f"Twin #{twins[1].pk}"))
    assert Account.objects.get(name="Halberd Optics").parent == twins[1]
    client.force_login(people.owner)
    suggested = client.get(reverse("account_suggest"), {"field": "parent", "parent": "twi"}).content.decode()
    assert all(f"Twin #{twin.pk}" in suggested for twin in twins)


def test_bulk_assign_is_for_managers_and_their_accounts(client, people):
    ours, theirs = AccountFactory(owner=people.owner), AccountFactory(owner=people.stranger)
    data = {"action": "assign", "ids": [ours.pk], "value": people.teammate.pk}
    assert post(client, people.owner, "account_list", data=data).status_code == 422
    assert post(client, people.manager, "account_list", data=data | {"ids": [ours.pk, theirs.pk]}).status_code == 403
    assert set(Account.objects.values_list("owner", flat=True)) == {people.owner.pk, people.stranger.pk}

    post(client, people.manager, "account_list", data=data)
    ours.refresh_from_db()
    assert ours.owner == people.teammate


# Cost


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("name", "most"), [("account_list", 10), ("contact_list", 10), ("subscription_list", 10), ("order_list", 10), ("product_list", 10), ("user_list", 10)]
)  # fmt: skip
def test_list_query_count(client, count, name, most, django_assert_max_num_queries):
    admin = UserFactory(roles=["admin"])
    for _number in range(count):
        customer(UserFactory(roles=["rep"]), name=f"Customer {_number}")
    client.force_login(admin)
    client.get(reverse(name))
    with django_assert_max_num_queries(most):
        assert len(client.get(reverse(name)).context["rows"]) >= count


def test_account_page_asks_the_same_whatever_it_holds(client, django_assert_num_queries):
    admin = UserFactory(roles=["admin"])
    counts = []
    for children in (1, 3):
        account = AccountFactory(owner=admin, by=admin)
        for _number in range(children):
            ContactFactory(account=account, by=admin)
            SubscriptionFactory(account=account, by=admin)
            OrderFactory(account=account, by=admin)
        client.force_login(admin)
        client.get(account.get_absolute_url())
        counts.append(queries_of(client, account.get_absolute_url()))
    assert counts[0] == counts[1]
    assert counts[0] <= 22


def queries_of(client, url):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_only_what_one_may_change_is_suggested_where_it_is_changed(client, people):
    mine, theirs = AccountFactory(name="Halberd One", owner=people.owner), AccountFactory(name="Halberd Two")
    client.force_login(people.owner)
    page = client.get(reverse("contact_create")).content.decode()
    assert f"{reverse('account_suggest')}?change&amp;field=account" in page
    everything = client.get(reverse("account_suggest"), {"q": "halberd"}).content.decode()
    changeable = client.get(reverse("account_suggest"), {"q": "halberd", "change": ""}).content.decode()
    assert mine.name in everything and theirs.name in everything
    assert mine.name in changeable and theirs.name not in changeable
