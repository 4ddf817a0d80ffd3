import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Team
from leads.models import Source
from metrics.actions import expenses
from metrics.models import Expense
from tests.accounts.people import state
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db
FIELDS = {"name": "Trade fair", "category": "marketing", "amount": "1,200.50", "starts_on": "2026-03-01", "ends_on": "2026-03-31", "source": "", "campaign": ""}  # fmt: skip


@pytest.fixture
def manager():
    return UserFactory(roles=["manager"])


@pytest.fixture
def fair(manager):
    span = {"starts_on": dt.date(2026, 3, 1), "ends_on": dt.date(2026, 3, 31)}
    return expenses.add(by=manager, name="CANARY fair", category="marketing", amount=120_050, **span)


def post(client, user, page, /, *args, **data):
    client.force_login(user)
    return client.post(reverse(page, args=args), data)


def test_adding_and_editing_an_expense(client, manager):
    source = Source.objects.create(key="fair", name="Fair")
    post(client, manager, "expense_create", **FIELDS)
    expense = Expense.objects.get()
    assert (expense.amount, expense.starts_on, expense.ends_on) == (120_050, dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    post(client, manager, "expense_edit", expense.pk, **FIELDS | {"source": source.pk, "amount": "900"})
    expense.refresh_from_db()
    assert (expense.amount, expense.source) == (90_000, source)


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount", "-1"), ("amount", "lots"), ("ends_on", "2026-02-01"), ("category", "fun"), ("source", "7")],
)
def test_what_is_wrong_is_said_at_its_field(client, manager, field, value):
    response = post(client, manager, "expense_create", **FIELDS | {field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Expense.objects.count() == 0


@pytest.mark.parametrize("role", ["rep", "agent"])
def test_expenses_are_for_managers(client, role, fair):
    user = UserFactory(roles=[role])
    before = state(Expense, Team)
    client.force_login(user)
    for name, args, status in [
        ("expense_list", [], 403),
        ("expense_detail", [fair.pk], 404),
        ("expense_create", [], 403),
    ]:
        response = client.get(reverse(name, args=args))
        assert (response.status_code, b"CANARY" in response.content) == (status, False)
    for name, args, status in [
        ("expense_edit", [fair.pk], 404),
        ("expense_trash", [fair.pk], 404),
        ("expense_create", [], 403),
    ]:
        assert post(client, user, name, *args, **FIELDS).status_code == status
    assert state(Expense, Team) == before


def test_trash_and_back(client, manager, fair):
    post(client, manager, "expense_trash", fair.pk)
    assert client.get(fair.get_absolute_url()).status_code == 404
    post(client, manager, "expense_restore", fair.pk)
    assert b"CANARY fair" in client.get(fair.get_absolute_url()).content


@pytest.mark.parametrize("count", [1, 3])
def test_expense_list_query_count(client, manager, count, django_assert_max_num_queries):
    for _number in range(count):
        expenses.add(by=manager, name="Ads", category="marketing", amount=1, starts_on=dt.date(2026, 3, 1))
    client.force_login(manager)
    client.get(reverse("expense_list"))
    with django_assert_max_num_queries(10):
        assert len(client.get(reverse("expense_list")).context["rows"]) == count
