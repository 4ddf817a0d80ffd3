from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.movement import Movement
from accounts.models.product import Billing
from crm.models.imports import Imported
from crm.policy import PolicyQuerySet


class SubscriptionQuerySet(PolicyQuerySet):
    def active(self):
        return self.filter(status__in=Subscription.RUNNING)

    def ending(self):
        """Running, with a cancellation that is scheduled."""
        return self.exclude(status=Subscription.Status.CANCELLED).filter(ends_on__isnull=False)


class Subscription(Imported):
    """What an account pays for again and again. `mrr` (micros) is kept beside its movements and never negative.

    `ends_on` is the first unpaid day: set ahead for a scheduled cancellation, past once it ended.
    """

    class Status(models.TextChoices):
        TRIAL = "trial", _("Trial")
        ACTIVE = "active", _("Active")
        PAST_DUE = "past_due", _("Past due")
        PAUSED = "paused", _("Paused")
        CANCELLED = "cancelled", _("Cancelled")

    RUNNING = (Status.ACTIVE, Status.PAST_DUE)

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, related_name="subscriptions", verbose_name=_("account")
    )
    product = models.ForeignKey(
        "accounts.Product", on_delete=models.PROTECT, related_name="subscriptions", verbose_name=_("product")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE, editable=False)
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    price = models.BigIntegerField(_("price per billing period"))  # minor units for the whole quantity
    billing = models.CharField(_("billed"), max_length=10, choices=Billing.choices, default=Billing.MONTHLY)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    mrr = models.BigIntegerField(_("MRR"), default=0, editable=False)
    started_on = models.DateField(_("started"))
    trial_ends_on = models.DateField(_("trial ends"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    past_due_since = models.DateField(_("past due since"), null=True, blank=True, editable=False)
    end_cause = models.CharField(max_length=12, choices=Movement.Cause.choices, blank=True, editable=False)
    end_reason = models.CharField(_("reason it ended"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes = [
            *Imported.Meta.indexes,
            models.Index(fields=["-started_on", "-id"], name="accounts_sub_started"),
            models.Index(fields=["-mrr", "-id"], name="accounts_sub_mrr"),
            models.Index(fields=["ends_on"], name="accounts_sub_ends", condition=Q(ends_on__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="accounts_sub_mrr_not_negative", condition=Q(mrr__gte=0)),
            models.CheckConstraint(name="accounts_sub_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(
                name="accounts_sub_no_mrr_unless_active", condition=Q(mrr=0) | Q(status__in=["active", "past_due"])
            ),
            models.CheckConstraint(
                name="accounts_sub_cancelled_has_end", condition=~Q(status="cancelled") | Q(ends_on__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.product} · {self.account}"

    def get_absolute_url(self):
        return reverse("subscription_detail", args=[self.pk])

    @property
    def is_running(self):
        return self.status in self.RUNNING

    @property
    def is_ending(self):
        """A cancellation is scheduled: `ends_on` lies ahead."""
        return self.ends_on is not None and self.status != self.Status.CANCELLED
