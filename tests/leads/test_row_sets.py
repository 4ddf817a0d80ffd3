"""Which rows whom: every noun × role, by the owners of the rows (as promises.md has it)."""

import pytest

from accounts.models import Account, Contact, Movement, MrrInterval, Order, Subscription, User
from crm import policy
from leads.actions import activities
from leads.models import Activity, Deal, DealStageChange, Lead, LeadStageChange, Task
from tests.factories import (
    AccountFactory,
    ContactFactory,
    DealFactory,
    LeadFactory,
    OrderFactory,
    SubscriptionFactory,
    TaskFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ALL = {"rep", "mate", "stranger", "nobody"}
TEAM = {"rep", "mate"}
TEAM_AND_FREE = {"rep", "mate", "nobody"}
NONE = set()

# noun: {reader: (rows read, rows written)}, each row named by its owner
SALES = {"rep": (TEAM, {"rep"}), "agent": (NONE, NONE), "manager": (TEAM_AND_FREE, TEAM_AND_FREE), "admin": (ALL, ALL)}
MONEY = {"rep": ({"rep"}, NONE), "agent": (ALL, NONE), "manager": (TEAM_AND_FREE, TEAM_AND_FREE), "admin": (ALL, ALL)}
PEOPLE = {"rep": (ALL, {"rep"}), "agent": (ALL, NONE), "manager": (ALL, TEAM_AND_FREE), "admin": (ALL, ALL)}
HISTORY = {"rep": (TEAM, NONE), "agent": (NONE, NONE), "manager": (TEAM_AND_FREE, NONE), "admin": (ALL, ALL)}

TABLE = {
    Lead: SALES,
    Deal: SALES,
    Task: SALES,
    LeadStageChange: HISTORY,
    DealStageChange: HISTORY,
    Account: PEOPLE,
    Contact: PEOPLE,
    Subscription: MONEY,
    Order: MONEY,
    Movement: MONEY,
    MrrInterval: MONEY,
    Activity: SALES,
}
PATHS = {
    Lead: "name",
    Deal: "name",
    Task: "title",
    LeadStageChange: "lead__name",
    DealStageChange: "deal__name",
    Account: "name",
    Contact: "account__name",
    Subscription: "account__name",
    Order: "account__name",
    Movement: "account__name",
    MrrInterval: "account__name",
    Activity: "lead__name",
}


@pytest.fixture
def readers():
    boss = UserFactory(roles=["manager"])
    ours, theirs = TeamFactory(manager=boss), TeamFactory()
    return {
        "rep": UserFactory(roles=["rep"], team=ours),
        "mate": UserFactory(roles=["rep"], team=ours),
        "stranger": UserFactory(roles=["rep"], team=theirs),
        "agent": UserFactory(roles=["agent"]),
        "manager": boss,
        "admin": UserFactory(roles=["admin"]),
        "nothing": UserFactory(),
    }


@pytest.fixture
def world(readers):
    """One record of every noun for each owner, named after the owner."""
    for name in ALL:
        owner = readers.get(name)
        account = AccountFactory(name=name, owner=owner)
        ContactFactory(account=account)
        SubscriptionFactory(account=account)
        OrderFactory(account=account)
        lead = LeadFactory(name=name, owner=owner)
        activities.log(kind="note", lead=lead, by=owner)
        DealFactory(name=name, owner=owner, account=account)
        TaskFactory(title=name, owner=owner)
    return readers


def named(queryset, model):
    return set(queryset.values_list(PATHS[model], flat=True))


@pytest.mark.parametrize("reader", ["rep", "agent", "manager", "admin"])
@pytest.mark.parametrize("model", TABLE, ids=lambda model: model.__name__)
def test_row_sets(world, model, reader):
    user = world[reader]
    reads, writes = TABLE[model][reader]
    assert named(model.objects.all(), model) == ALL  # there is something to leak
    assert named(model.objects.visible_to(user), model) == reads
    assert named(model.objects.changeable_by(user), model) == writes


@pytest.mark.parametrize("model", [*TABLE, User], ids=lambda model: model.__name__)
def test_without_a_role_nothing_is_seen(world, model):
    assert not model.objects.visible_to(world["nothing"]).exists()
    assert not model.objects.changeable_by(world["nothing"]).exists()


@pytest.mark.parametrize("model", TABLE, ids=lambda model: model.__name__)
def test_those_who_left_see_nothing(world, model):
    admin = world["admin"]
    admin.is_active = False
    assert not model.objects.visible_to(admin).exists()


@pytest.mark.parametrize("model", [Lead, Deal, Account, Task], ids=lambda model: model.__name__)
def test_the_trash_is_seen_by_nobody(world, model):
    model.objects.update(trashed_at="2026-01-01T00:00Z")
    assert not model.objects.visible_to(world["admin"]).exists()


def test_two_roles_are_the_union(world):
    both = UserFactory(roles=["rep", "agent"], team=world["stranger"].team)
    assert named(Lead.objects.visible_to(both), Lead) == {"stranger"}
    assert named(Subscription.objects.visible_to(both), Subscription) == ALL


def test_rules_do_not_multiply_rows(world):
    for model in TABLE:
        for user in world.values():
            found = list(policy.restrict(model._base_manager.all(), policy.READ, user).values_list("pk", flat=True))
            assert len(found) == len(set(found))
