"""Accounts: list, page, forms."""

from fractions import Fraction

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import charts
from accounts.actions import accounts
from accounts.countries import name_of
from accounts.forms.accounts import AccountForm
from accounts.lists import ACCOUNT_TONES, ORDER_TONES, SUBSCRIPTION_TONES, AccountList
from accounts.models import Account, Contact, Movement, Order, Subscription
from accounts.views.pages import FormPage
from crm import policy
from crm.formats import MICROS
from crm.models import Company
from crm.views.detail import RecordView
from crm.views.lists import ListView

MOST_PEOPLE, MOST_ORDERS, MOST_MOVEMENTS = 8, 5, 6


class AccountListView(ListView):
    list_class = AccountList


class AccountDetailView(RecordView):
    model = Account
    related = ("owner", "team", "parent")

    def facts(self):
        account = self.record
        parent = account.parent
        return [
            (_("Owner"), account.owner),
            (_("Team"), account.team),
            (_("Source"), account.source),
            (_("Industry"), account.industry),
            (_("Country"), name_of(account.country) if account.country else ""),
            (_("City"), account.city),
            (_("Employees"), account.employees),
            (_("Website"), account.website.split("//")[-1].rstrip("/"), account.website),
            (_("Phone"), account.phone, f"tel:{account.phone}" if account.phone else ""),
            *([(_("Belongs to"), parent, parent.get_absolute_url())] if parent else []),
        ]

    def context(self):
        account = self.record
        return (
            super().context()
            | self.money()
            | self.people()
            | {
                "tone": ACCOUNT_TONES[account.status],
                "tags": [name_of(account.country) if account.country else "", account.industry],
                "facts_edit_url": reverse("account_edit", args=[account.pk]) if self.may_change else "",
                "may_sell": self.may_change and policy.may_create(self.request.user, Subscription),
            }
        )

    def money(self):
        """MRR with its history, what is subscribed to, and the latest orders: as far as the reader may see them."""
        account, user, today = self.record, self.request.user, Company.current().today()
        movements = (
            Movement.objects.visible_to(user)
            .filter(account=account)
            .select_related("subscription__product", "reversed_by")
        )
        movements = list(movements.order_by("-on", "-id"))
        levels = charts.levels([(movement.on, movement.amount) for movement in reversed(movements)])
        orders = list(
            Order.objects.visible_to(user)
            .filter(account=account)
            .select_related("product")
            .order_by("-on", "-id")[: MOST_ORDERS + 1]
        )
        subscriptions = list(
            Subscription.objects.visible_to(user)
            .filter(account=account)
            .select_related("product")
            .order_by("-mrr", "-started_on")
        )
        for row in [*subscriptions]:
            row.tone = SUBSCRIPTION_TONES[row.status]
        for row in orders:
            row.tone = ORDER_TONES[row.kind]
        return {
            "movements": movements[:MOST_MOVEMENTS],
            "older_movements": movements[MOST_MOVEMENTS:],
            "movement_count": len(movements),
            "steps": charts.steps(levels, today),
            "year_change": self.since_last_year(levels, today),
            "subscriptions": subscriptions,
            "plans": {row.product.name: None for row in subscriptions if row.is_running},
            "ending": min((row for row in subscriptions if row.is_ending), key=lambda row: row.ends_on, default=None),
            "orders": orders[:MOST_ORDERS],
            "has_more_orders": len(orders) > MOST_ORDERS,
        }

    def since_last_year(self, levels, today):
        """In whole units; None for a customer of less than a year."""
        then = today.replace(year=today.year - 1, day=min(today.day, 28))
        if not levels or levels[0][0] > then:
            return None
        return Fraction(self.record.mrr - charts.level_on(levels, then), MICROS)

    def people(self):
        contacts = Contact.objects.visible_to(self.request.user).filter(account=self.record).order_by("name", "pk")
        found = list(contacts[: MOST_PEOPLE + 1])
        return {"contacts": found[:MOST_PEOPLE], "has_more_contacts": len(found) > MOST_PEOPLE}


class AccountCreateView(FormPage):
    creates = Account
    form_class = AccountForm
    title, submit, lists = gettext_lazy("New account"), gettext_lazy("Add account"), "account_list"

    def act(self, form):
        fields = dict(form.cleaned_data)
        owner = fields.pop("owner", self.request.user)
        return accounts.add(by=self.request.user, owner=owner, **fields)

    def back_url(self):
        return reverse("account_list")


class AccountEditView(FormPage):
    model = Account
    related = ("owner", "parent")
    form_class = AccountForm
    title, lists = gettext_lazy("Edit %(name)s"), "account_list"
    said = gettext_lazy("%(name)s is saved.")

    def act(self, form):
        fields = dict(form.cleaned_data)
        if "owner" in fields:
            accounts.assign(self.record, fields.pop("owner"), by=self.request.user)
        return accounts.edit(self.record, by=self.request.user, **fields)
