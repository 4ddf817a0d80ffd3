import factory

from accounts.actions import orders, products, subscriptions
from accounts.models import Order, Product, Subscription
from tests.factories.accounts import AccountFactory
from tests.factories.by_action import ByAction


class ProductFactory(ByAction):
    class Meta:
        model = Product

    name = factory.Sequence(lambda n: f"Product {n}")
    price = 100_00
    act = staticmethod(products.add)


class SubscriptionFactory(ByAction):
    """Running and paid from `on` (today) on, at the product's price."""

    class Meta:
        model = Subscription

    account = factory.SubFactory(AccountFactory)
    product = factory.SubFactory(ProductFactory)
    act = staticmethod(subscriptions.start)


class OrderFactory(ByAction):
    class Meta:
        model = Order

    account = factory.SubFactory(AccountFactory)
    amount = 100_00
    act = staticmethod(orders.add)
