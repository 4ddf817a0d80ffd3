from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.models.imports import Imported
from crm.policy import PolicyQuerySet


class Source(Imported):
    """Where leads come from. `key` is stamped on accounts and deals; it does not change when the name does."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    key = models.SlugField(_("key"), max_length=60, unique=True)
    is_marketing = models.BooleanField(_("brought by marketing"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PolicyQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("source_detail", args=[self.pk])


class Campaign(Imported):
    name = models.CharField(_("name"), max_length=120, unique=True)
    source = models.ForeignKey(
        "leads.Source",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="campaigns",
        verbose_name=_("source"),
    )
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    budget = models.BigIntegerField(_("budget"), null=True, blank=True)  # minor units
    description = models.TextField(_("description"), blank=True)

    objects = PolicyQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="leads_campaign_forward",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(starts_on__lte=F("ends_on")),
            ),
            models.CheckConstraint(
                name="leads_campaign_budget_not_negative", condition=Q(budget=None) | Q(budget__gte=0)
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("campaign_detail", args=[self.pk])
