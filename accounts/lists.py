"""What can be asked of accounts and what they buy: columns, filters, sorts and tabs of their lists."""

from django.db.models import BooleanField, Exists, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import bulk
from accounts.countries import CountryFilter, name_of
from accounts.models import Account, Contact, Order, Product, RoleGrant, Subscription, Team, User
from accounts.models.product import Billing
from crm import lists

ACCOUNT_TONES = {Account.Status.PROSPECT: "accent ring", Account.Status.CUSTOMER: "good", Account.Status.FORMER: ""}
SUBSCRIPTION_TONES = {
    Subscription.Status.TRIAL: "accent ring",
    Subscription.Status.ACTIVE: "good",
    Subscription.Status.PAST_DUE: "bad",
    Subscription.Status.PAUSED: "warn",
    Subscription.Status.CANCELLED: "",
}
ORDER_TONES = {
    Order.Kind.PURCHASE: "accent",
    Order.Kind.RECURRING: "good",
    Order.Kind.USAGE: "",
    Order.Kind.REFUND: "bad",
}


class AccountList(lists.List):
    model = Account
    search = True
    columns = [
        lists.Column("name", kind="name", sub="city"),
        lists.Column("status", kind="pill", tone=lambda account: ACCOUNT_TONES[account.status], phone="note"),
        lists.Column("mrr", kind="mrr", value=lambda account: account.mrr or None, phone="end"),
        lists.Column("owner", kind="person", edit="assign", phone="end"),
        lists.Column(
            "country", value=lambda account: name_of(account.country) if account.country else "", export="country"
        ),
        lists.Column("industry", phone="note"),
        lists.Column("since", _("Customer since"), kind="day", value="first_paid_on"),
        lists.Column("created", _("Created"), kind="day", value="created_on"),
    ]
    filters = [
        lists.Choice("status", Account.Status.choices),
        lists.Ref("owner", User),
        lists.Ref("team", Team),
        CountryFilter("country"),
        lists.Range("mrr", _("MRR"), scale=1_000_000),
        lists.Range("employees"),
        lists.Dates("first_paid_on", _("customer since")),
        lists.Dates("created_on", _("created")),
    ]
    sorts = {
        "name": ["name"],
        "mrr": ["-mrr"],
        "since": ["-first_paid_on"],
        "created": ["-created_at"],
    }
    default_sort = "name"
    views = {
        "all": lists.View(_("All"), {}),
        "customers": lists.View(_("Customers"), {"status": "customer"}),
        "prospects": lists.View(_("Prospects"), {"status": "prospect"}),
        "former": lists.View(_("Former"), {"status": "former"}),
        "mine": lists.View(_("Mine"), {"owner": "me"}),
    }
    default_view = "all"
    related = ("owner",)
    actions = bulk.ACCOUNTS
    create_url = "account_create"
    create_label = _("New account")
    blank_title = _("No accounts yet")
    blank_text = _("An account is a company you sell to. Add the first one, or convert a lead.")


class ContactList(lists.List):
    model = Contact
    search = True
    columns = [
        lists.Column("name", kind="name", sub="title"),
        lists.Column("account", template="accounts/_cell_account.html", phone="note", export="account.name"),
        lists.Column("email", phone="note"),
        lists.Column("phone", phone="end"),
        lists.Column("created", _("Created"), kind="day", value="created_at"),
    ]
    filters = [
        lists.Ref("account", Account),
        lists.Custom("mine", {"yes": (_("yes"), lambda user: Q(account__owner=user.pk))}, label=_("of my accounts")),
        lists.Dates("created_at", _("created")),
    ]
    sorts = {"name": ["name"], "created": ["-created_at"]}
    default_sort = "name"
    views = {"all": lists.View(_("All"), {}), "mine": lists.View(_("Of my accounts"), {"mine": "yes"})}
    default_view = "all"
    related = ("account",)
    create_url = "contact_create"
    create_label = _("New contact")
    blank_title = _("No contacts yet")
    blank_text = _("Contacts are the people at your accounts.")


class ProductList(lists.List):
    model = Product
    columns = [
        lists.Column("name", kind="name"),
        lists.Column("family", phone="note"),
        lists.Column("price", _("List price"), kind="money", currency="currency", phone="end"),
        lists.Column("billing", value=lambda product: product.get_billing_display(), phone="end"),
        lists.Column(
            "is_active",
            _("State"),
            kind="pill",
            value=lambda product: _("On sale") if product.is_active else _("Retired"),
            tone=lambda product: "good" if product.is_active else "",
        ),
    ]
    filters = [lists.Choice("billing", Billing.choices), lists.Bool("is_active", _("on sale"))]
    sorts = {"name": ["name"], "price": ["-price"]}
    views = {
        "sale": lists.View(_("On sale"), {"is_active": "yes"}),
        "all": lists.View(_("All"), {}),
    }
    default_view = "sale"
    create_url = "product_create"
    create_label = _("New product")
    blank_title = _("No products yet")
    blank_text = _("A product is a plan that is billed again and again, or a thing sold once.")


class SubscriptionList(lists.List):
    model = Subscription
    columns = [
        lists.Column("account", kind="name", value="account.name", sub="product.name"),
        lists.Column(
            "status", kind="pill", tone=lambda subscription: SUBSCRIPTION_TONES[subscription.status], phone="note"
        ),
        lists.Column("mrr", kind="mrr", currency="currency", phone="end"),
        lists.Column("price", _("Price"), kind="money", currency="currency"),
        lists.Column("billing", value=lambda subscription: subscription.get_billing_display()),
        lists.Column("quantity", kind="number"),
        lists.Column("started", _("Started"), kind="day", value="started_on"),
        lists.Column("ends", _("Ends"), kind="day", value="ends_on"),
    ]
    filters = [
        lists.Choice("status", Subscription.Status.choices),
        lists.Ref("product", Product),
        lists.Ref("account", Account),
        lists.Choice("billing", Billing.choices),
        lists.Range("mrr", _("MRR"), scale=1_000_000),
        lists.Dates("started_on", _("started")),
        lists.Dates("ends_on", _("ends")),
    ]
    sorts = {"started": ["-started_on"], "mrr": ["-mrr"], "ends": ["ends_on"]}
    views = {
        "running": lists.View(_("Running"), {"status": ["active", "past_due"]}),
        "past_due": lists.View(_("Past due"), {"status": "past_due"}),
        "ending": lists.View(
            _("Ending"), {"status": ["active", "past_due"], "ends_on_from": "2000-01-01", "sort": "ends"}
        ),
        "paused": lists.View(_("Paused"), {"status": "paused"}),
        "cancelled": lists.View(_("Cancelled"), {"status": "cancelled"}),
        "all": lists.View(_("All"), {}),
    }
    default_view = "running"
    related = ("account", "product")
    blank_title = _("No subscriptions here")
    blank_text = _("A subscription starts on the page of an account, or with a deal that is won.")


class OrderList(lists.List):
    model = Order
    columns = [
        lists.Column(
            "account", kind="name", value="account.name", sub=lambda order: order.product.name if order.product else ""
        ),
        lists.Column("kind", kind="pill", tone=lambda order: ORDER_TONES[order.kind], phone="note"),
        lists.Column("amount", kind="money", currency="currency", phone="end"),
        lists.Column("on", kind="day", phone="end"),
        lists.Column("owner", kind="person"),
        lists.Column("note"),
    ]
    filters = [
        lists.Choice("kind", Order.Kind.choices),
        lists.Ref("account", Account),
        lists.Ref("product", Product),
        lists.Ref("owner", User),
        lists.Range("amount", scale=100),
        lists.Dates("on"),
    ]
    sorts = {"on": ["-on"], "amount": ["-amount"]}
    views = {
        "all": lists.View(_("All"), {}),
        "month": lists.View(_("This month"), {"on": "this_month"}),
        "refunds": lists.View(_("Refunds"), {"kind": "refund"}),
    }
    default_view = "all"
    related = ("account", "product", "owner")
    create_url = "order_create"
    create_label = _("New order")
    blank_title = _("No orders yet")
    blank_text = _("Every charge and every refund stands here, whatever it was for.")


def holds(role):
    return Q(Exists(RoleGrant.objects.filter(user=OuterRef("pk"), role=role)))


class UserList(lists.List):
    model = User
    title = _("Users and teams")
    columns = [
        lists.Column("name", template="accounts/_cell_user.html", export="name"),
        lists.Column("email", phone="note"),
        lists.Column("team", value="team.name", phone="note"),
        lists.Column("roles", _("Roles"), value=lambda user: roles_of(user)),
        lists.Column(
            "is_active",
            _("State"),
            kind="pill",
            value=lambda user: pgettext_lazy("user", "Active") if user.is_active else _("Deactivated"),
            tone=lambda user: "good" if user.is_active else "",
            phone="end",
        ),
        lists.Column("last_login", _("Last sign-in"), kind="moment"),
    ]
    filters = [
        lists.Ref("team", Team),
        lists.Custom("role", {key: (label, holds(key)) for key, label in RoleGrant.Role.choices}, label=_("role")),
        lists.Bool("is_active", _("active")),
    ]
    sorts = {"name": ["name"], "last_login": ["-last_login"]}
    views = {
        "active": lists.View(pgettext_lazy("user", "Active"), {"is_active": "yes"}),
        "gone": lists.View(_("Deactivated"), {"is_active": "no"}),
        "all": lists.View(_("All"), {}),
    }
    default_view = "active"
    related = ("team",)
    create_label = _("New user")
    can_export = False

    def base(self):
        may_edit = Value(self.user.has_role("admin"), output_field=BooleanField())
        return super().base().prefetch_related("role_grants").annotate(may_edit=may_edit)

    @classmethod
    def is_open_to(cls, user):
        return user.has_role("manager", "admin")


def roles_of(user):
    return ", ".join(str(grant.get_role_display()) for grant in user.role_grants.all())
