"""The MRR ledger: append-only movements, and the intervals they imply.

MRR at the end of a day is the sum of all movements up to and including that day. A correction is a reversing row plus
a new one. The kind is what the movement was for the customer when it was written; numbers net movements per customer
and period and never add up kinds.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.periods import FOREVER
from crm.policy import PolicyQuerySet


class Movement(models.Model):
    class Kind(models.TextChoices):
        NEW = "new", pgettext_lazy("movement", "New")
        EXPANSION = "expansion", _("Expansion")
        CONTRACTION = "contraction", _("Contraction")
        CHURN = "churn", _("Churn")
        REACTIVATION = "reactivation", _("Reactivation")

    class Cause(models.TextChoices):
        VOLUNTARY = "voluntary", _("Voluntary")
        INVOLUNTARY = "involuntary", _("Involuntary")
        PAUSED = "paused", _("Paused")

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="movements")
    subscription = models.ForeignKey("accounts.Subscription", on_delete=models.CASCADE, related_name="movements")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    on = models.DateField(_("day"))
    amount = models.BigIntegerField(_("change of MRR"))  # micros, signed
    cause = models.CharField(_("cause"), max_length=12, choices=Cause.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    product = models.ForeignKey(  # what is paid for from this day on; empty: as before, or the subscription's own
        "accounts.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="reversed_by"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        indexes = [
            models.Index(fields=["on", "account", "amount"], name="accounts_movement_on"),
            models.Index(fields=["account", "on", "amount"], name="accounts_movement_account"),
        ]
        constraints = [
            models.CheckConstraint(name="accounts_movement_not_zero", condition=~Q(amount=0)),
        ]

    def __str__(self):
        return f"{self.kind} {self.on} {self.amount}"


class MrrInterval(models.Model):
    """A subscription paid `mrr` micros a month from `start_on` up to, not including, `end_on` (FOREVER while it runs).

    Derived from the subscription's movements by `Subscription` actions; never written by hand.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="mrr_intervals")
    subscription = models.ForeignKey("accounts.Subscription", on_delete=models.CASCADE, related_name="mrr_intervals")
    product = models.ForeignKey("accounts.Product", on_delete=models.PROTECT, related_name="+")
    start_on = models.DateField()
    end_on = models.DateField(default=FOREVER)
    mrr = models.BigIntegerField()

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("MRR interval")
        verbose_name_plural = _("MRR intervals")
        indexes = [
            models.Index(fields=["end_on", "start_on", "account", "mrr"], name="accounts_interval_end"),
            models.Index(fields=["start_on", "end_on", "account", "mrr"], name="accounts_interval_start"),
            models.Index(fields=["account", "start_on"], name="accounts_interval_account"),
        ]
        constraints = [
            models.CheckConstraint(name="accounts_interval_forward", condition=Q(start_on__lt=F("end_on"))),
            models.CheckConstraint(name="accounts_interval_positive", condition=Q(mrr__gt=0)),
            models.UniqueConstraint(fields=["subscription", "start_on"], name="accounts_interval_start_once"),
            models.UniqueConstraint(fields=["subscription", "end_on"], name="accounts_interval_end_once"),
        ]

    def __str__(self):
        return f"{self.start_on}–{self.end_on} {self.mrr}"
