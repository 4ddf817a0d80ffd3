from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.owned import Owned
from crm.models.imports import Imported
from crm.policy import PolicyQuerySet


class Order(Owned, Imported):
    """A charge or a refund. Revenue is the sum of all kinds; refunds are negative and not orders."""

    class Kind(models.TextChoices):
        PURCHASE = "purchase", _("Purchase")
        RECURRING = "recurring", _("Recurring charge")
        USAGE = "usage", _("Usage")
        REFUND = "refund", _("Refund")

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, related_name="orders", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PURCHASE)
    on = models.DateField(_("day"))
    amount = models.BigIntegerField(_("amount"))  # minor units, net of tax, negative for refunds
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    product = models.ForeignKey(
        "accounts.Product",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="orders",
        verbose_name=_("product"),
    )
    subscription = models.ForeignKey(
        "accounts.Subscription", null=True, blank=True, on_delete=models.SET_NULL, related_name="orders", editable=False
    )
    refund_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="refunds", editable=False
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            *Imported.Meta.indexes,
            models.Index(fields=["on", "kind", "amount", "account"], name="accounts_order_on"),
            models.Index(fields=["account", "on"], name="accounts_order_account"),
            models.Index(fields=["-on", "-id"], name="accounts_order_recent"),
        ]
        constraints = [
            models.CheckConstraint(
                name="accounts_order_refunds_negative",
                condition=Q(kind="refund", amount__lte=0) | (~Q(kind="refund") & Q(amount__gte=0)),
            ),
            models.UniqueConstraint(
                fields=["subscription", "on"], condition=Q(kind="recurring"), name="accounts_order_charge_once"
            ),
        ]

    def __str__(self):
        return f"{self.on} {self.account}"

    def get_absolute_url(self):
        return reverse("order_detail", args=[self.pk])
