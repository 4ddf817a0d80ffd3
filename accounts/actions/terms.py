"""What a customer pays, how often and for what: working out prices and refusing impossible ones."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts import rules
from accounts.models import Product
from accounts.models.product import Billing, monthly_micros
from crm.exceptions import Invalid
from crm.models import Company
from crm.money import exponent


@dataclass(frozen=True)
class Terms:
    product: Product
    quantity: int
    billing: str
    price: int  # minor units per billing period, for the whole quantity

    @property
    def mrr(self):
        return monthly_micros(self.price, self.billing, exponent(Company.current().currency))

    def columns(self):
        return {"product": self.product, "quantity": self.quantity, "billing": self.billing, "price": self.price}

    def as_data(self):
        return self.columns() | {"product": self.product.name}


def of(subscription):
    return Terms(subscription.product, subscription.quantity, subscription.billing, subscription.price)


def agree(product, *, price=None, billing=None, quantity=1):
    """The terms of a new subscription; without a price, the list price for that quantity and billing period."""
    billing = billing or product.billing
    if billing not in Billing.values or billing == Billing.ONCE:
        message = _("“%(product)s” is sold once, not by subscription.") % {"product": product}
        raise Invalid(message, code="not_recurring", fields={"billing": [message]})
    if not 1 <= quantity <= rules.MOST_QUANTITY:
        message = _("The quantity must be between 1 and %(most)s.") % {"most": rules.MOST_QUANTITY}
        raise Invalid(message, fields={"quantity": [message]})
    if price is None:
        price = list_price(product, billing) * quantity
    return checked(Terms(product, quantity, str(billing), price))


def renegotiate(subscription, *, price=None, product=None, quantity=None, billing=None):
    """The terms after a change. A new product comes at its list price; otherwise the price follows quantity and billing."""
    old = of(subscription)
    new_quantity = quantity or old.quantity
    new_billing = billing or old.billing
    if price is None and (product is None or product == old.product):
        price = old.price
        if new_billing != old.billing:
            price = rules.price_of(old.mrr, new_billing, exponent(subscription.currency))
        price = price * new_quantity // old.quantity
    return agree(
        product or old.product,
        price=price,
        billing=new_billing,
        quantity=quantity if quantity is not None else old.quantity,
    )


def list_price(product, billing):
    if billing == product.billing:
        return product.price
    if not product.is_recurring:
        return product.price
    digits = exponent(Company.current().currency)
    return rules.price_of(monthly_micros(product.price, product.billing, digits), billing, digits)


def checked(terms):
    if terms.price < 0:
        raise Invalid(_("A price cannot be negative."), fields={"price": [_("A price cannot be negative.")]})
    if terms.price > rules.MOST_PRICE:
        raise Invalid(_("This price is too high."), fields={"price": [_("This price is too high.")]})
    return terms


def refuse_direction(direction, difference):
    if direction == "up" and difference <= 0:
        raise Invalid(_("An upgrade brings in more than before."), code="not_an_upgrade")
    if direction == "down" and difference >= 0:
        raise Invalid(_("A downgrade brings in less than before."), code="not_a_downgrade")
