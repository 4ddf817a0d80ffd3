import factory

from accounts.actions import accounts, contacts
from accounts.models import Account, Contact
from tests.factories.by_action import ByAction


class AccountFactory(ByAction):
    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Account {n}")
    act = staticmethod(accounts.add)


class ContactFactory(ByAction):
    class Meta:
        model = Contact

    account = factory.SubFactory(AccountFactory)
    name = factory.Sequence(lambda n: f"Contact {n}")
    act = staticmethod(contacts.add)
