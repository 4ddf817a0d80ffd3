from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.imports import Imported
from crm.policy import PolicyQuerySet
from crm.trash import Trashable


class Expense(Trashable, Imported):
    """What was spent, on what, over which days. `ends_on` is the last day; the amount is spread evenly over the days,
    the remainder one minor unit each on the first ones, so that the days add up exactly."""

    class Category(models.TextChoices):
        SALES = "sales", _("Sales")
        MARKETING = "marketing", _("Marketing")
        RETENTION = "retention", _("Retention")
        SOFTWARE = "software", _("CRM software")

    ACQUISITION = (Category.SALES, Category.MARKETING)

    category = models.CharField(_("category"), max_length=10, choices=Category.choices)
    name = models.CharField(_("name"), max_length=200)
    amount = models.BigIntegerField(_("amount"))  # minor units
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    source = models.ForeignKey(
        "leads.Source",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="expenses",
        verbose_name=_("source"),
    )
    campaign = models.ForeignKey(
        "leads.Campaign",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="expenses",
        verbose_name=_("campaign"),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("expense")
        verbose_name_plural = _("expenses")
        indexes = [
            *Imported.Meta.indexes,
            models.Index(fields=["starts_on", "ends_on"], name="metrics_expense_span"),
            models.Index(fields=["-starts_on", "-id"], name="metrics_expense_recent"),
        ]
        constraints = [
            models.CheckConstraint(name="metrics_expense_forward", condition=Q(starts_on__lte=F("ends_on"))),
            models.CheckConstraint(name="metrics_expense_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("expense_detail", args=[self.pk])

    def touched_days(self):
        """Every day it is spread over."""
        return {Expense: [self.starts_on + timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]}
