"""What this app hangs into the shell: pages, search, "New …", and how its events read on a timeline."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import timeline
from accounts.models import Account, Contact, Subscription
from crm import formats, registry
from crm.models import Company
from crm.registry import Hit

MOST_WORDS = 5

registry.nav("accounts", gettext_lazy("Accounts"), "account_list", icon="accounts", order=30)
registry.nav("contacts", gettext_lazy("Contacts"), "contact_list", icon="contacts", order=40)
registry.nav("subscriptions", gettext_lazy("Subscriptions"), "subscription_list", icon="subscriptions", order=70)
registry.nav("orders", gettext_lazy("Orders"), "order_list", icon="orders", order=80, letter="b")
registry.nav("products", gettext_lazy("Products"), "product_list", icon="products", section=registry.SETUP, order=10)
registry.nav(
    "users",
    gettext_lazy("Users and teams"),
    "user_list",
    icon="users",
    section=registry.SETUP,
    order=20,
    roles=["manager", "admin"],
)
registry.create(
    gettext_lazy("New account"), "account_create", key="u", icon="accounts", order=30, roles=["rep", "manager", "admin"]
)
registry.create(
    gettext_lazy("New contact"), "contact_create", key="c", icon="contacts", order=40, roles=["rep", "manager", "admin"]
)
registry.create(gettext_lazy("New order"), "order_create", key="o", icon="orders", order=80, roles=["manager", "admin"])


def narrowed(queryset, column, query):
    for word in query.casefold().split()[:MOST_WORDS]:
        queryset = queryset.filter(**{f"{column}__contains": word})
    return queryset


def find_accounts(query, user, limit):
    for account in narrowed(Account.objects.visible_to(user), "search_text", query).order_by("-mrr", "name")[:limit]:
        fact = formats.mrr(account.mrr, Company.current().currency) if account.mrr else ""
        yield Hit(account.name, account.get_absolute_url(), account.get_status_display(), "accounts", fact)


def find_contacts(query, user, limit):
    contacts = narrowed(Contact.objects.visible_to(user), "search_text", query).select_related("account")
    for contact in contacts.order_by("name")[:limit]:
        note = _("contact at %(account)s") % {"account": contact.account}
        yield Hit(contact.name, contact.get_absolute_url(), note, "contacts")


def find_subscriptions(query, user, limit):
    found = narrowed(Subscription.objects.visible_to(user), "account__search_text", query).select_related(
        "account", "product"
    )
    for subscription in found.order_by("-mrr", "pk")[:limit]:
        note = _("subscription of %(account)s") % {"account": subscription.account}
        fact = formats.mrr(subscription.mrr, subscription.currency)
        yield Hit(str(subscription.product), subscription.get_absolute_url(), note, "subscriptions", fact)


registry.search("accounts.Account", find_accounts, order=10)
registry.search("accounts.Contact", find_contacts, order=20)
registry.search("accounts.Subscription", find_subscriptions, order=60)

timeline.register()
