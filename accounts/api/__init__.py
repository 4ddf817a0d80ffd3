from accounts.api.accounts import AccountViewSet
from accounts.api.contacts import ContactViewSet
from accounts.api.products import ProductViewSet
from accounts.api.subscriptions import SubscriptionViewSet
from accounts.api.users import TeamViewSet, UserViewSet


def register(router):
    router.register("accounts", AccountViewSet, basename="api-account")
    router.register("contacts", ContactViewSet, basename="api-contact")
    router.register("products", ProductViewSet, basename="api-product")
    router.register("subscriptions", SubscriptionViewSet, basename="api-subscription")
    router.register("teams", TeamViewSet, basename="api-team")
    router.register("users", UserViewSet, basename="api-user")
