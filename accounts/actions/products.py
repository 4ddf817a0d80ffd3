"""What we sell. A product's price is the list price; what a customer pays stands on the subscription."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions import records
from accounts.models import Product
from accounts.models.product import Billing
from crm import events
from crm.exceptions import Conflict, Invalid

FIELDS = ("name", "family", "billing", "price", "currency", "is_active", "description")


@transaction.atomic
def add(*, name, by, price=0, billing=Billing.MONTHLY, currency=None, **fields):
    records.refuse_unknown(fields, FIELDS)
    refuse_taken(name)
    refuse_price(price)
    product = Product(name=name, price=price, billing=billing, currency=records.own_currency(currency), **fields)
    records.create(product)
    events.record("product.added", product, by=by)
    return product


@transaction.atomic
def edit(product, *, by, **changes):
    if "name" in changes:
        refuse_taken(changes["name"], but=product)
    if "price" in changes:
        refuse_price(changes["price"])
    if changes.get("billing", product.billing) != product.billing and product.subscriptions.exists():
        message = _("This product is subscribed to: add another product for another billing period.")
        raise Conflict(message, fields={"billing": [message]})
    changed = records.change(product, changes, allowed=FIELDS)
    if changed:
        events.record("product.edited", product, by=by, data={"changes": changed})
    return product


def refuse_taken(name, but=None):
    if Product.objects.filter(name=name).exclude(Q(pk=but.pk) if but else Q(pk=None)).exists():
        raise Invalid(_("There is a product of this name already."), fields={"name": [_("Choose another name.")]})


def refuse_price(price):
    """Not below zero, and not beyond what sums can hold."""
    if price < 0:
        raise Invalid(_("A price cannot be negative."), fields={"price": [_("A price cannot be negative.")]})
    if price > rules.MOST_PRICE:
        raise Invalid(_("This price is too high."), fields={"price": [_("This price is too high.")]})
