from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.models.imports import Imported
from crm.policy import PolicyQuerySet

MICROS = 1_000_000


class Billing(models.TextChoices):
    WEEKLY = "weekly", _("weekly")
    MONTHLY = "monthly", _("monthly")
    QUARTERLY = "quarterly", _("quarterly")
    YEARLY = "yearly", _("yearly")
    ONCE = "once", _("once")


# How many such bills make a month, as a fraction: yearly ÷ 12, quarterly ÷ 3, weekly × 52 / 12.
PER_MONTH = {Billing.WEEKLY: (52, 12), Billing.MONTHLY: (1, 1), Billing.QUARTERLY: (1, 3), Billing.YEARLY: (1, 12)}


def monthly_micros(price, billing, exponent):
    """The monthly-normalised price in micros of the currency, rounded half up once per subscription.

    `price` is in minor units per billing period, `exponent` the currency's number of decimals."""
    if billing == Billing.ONCE:
        return 0
    times, over = PER_MONTH[Billing(billing)]
    numerator = price * times * MICROS
    denominator = over * 10**exponent
    return (2 * numerator + denominator) // (2 * denominator)


class Product(Imported):
    """Something we sell: a plan that is billed again and again, or a thing sold once."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    family = models.CharField(_("family"), max_length=80, blank=True)
    billing = models.CharField(_("billed"), max_length=10, choices=Billing.choices, default=Billing.MONTHLY)
    price = models.BigIntegerField(_("list price"), default=0)  # minor units per billing period
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    is_active = models.BooleanField(_("on sale"), default=True)
    description = models.TextField(_("description"), blank=True)

    objects = PolicyQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="accounts_product_price_not_negative", condition=models.Q(price__gte=0))
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("product_detail", args=[self.pk])

    @property
    def is_recurring(self):
        return self.billing != Billing.ONCE
