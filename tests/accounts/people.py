"""The cast of the permission tests: an owner, a teammate, a stranger of another team, and the other roles."""

from types import SimpleNamespace

from accounts.actions import users
from crm.models import Event
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.subscriptions import OrderFactory, SubscriptionFactory
from tests.factories.users import TeamFactory, UserFactory


def cast():
    north, south = TeamFactory(name="North"), TeamFactory(name="South")
    people = SimpleNamespace(
        owner=UserFactory(name="Nadia Owner", roles=["rep"], team=north),
        teammate=UserFactory(name="Ingrid Teammate", roles=["rep"], team=north),
        stranger=UserFactory(name="Rafa Stranger", roles=["rep"], team=south),
        agent=UserFactory(name="Meg Agent", roles=["agent"], team=south),
        manager=UserFactory(name="Tom Manager", roles=["manager"], team=north),
        other_manager=UserFactory(name="Sue Other", roles=["manager"], team=south),
        admin=UserFactory(name="Ada Admin", roles=["admin"]),
    )
    users.edit_team(north, by=None, manager=people.manager)
    users.edit_team(south, by=None, manager=people.other_manager)
    return people


def customer(owner, name="Halberd Optics"):
    """An account with a contact, a subscription and an order."""
    account = AccountFactory(name=name, owner=owner)
    return SimpleNamespace(
        account=account,
        contact=ContactFactory(account=account, name=f"Meera of {name}"),
        subscription=SubscriptionFactory(account=account),
        order=OrderFactory(account=account),
    )


def state(*models):
    """Everything a refused write must leave as it was: the rows, and the outbox."""
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in (*models, Event)}
