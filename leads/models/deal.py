from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.owned import Owned, casefolded
from crm.models.imports import Imported
from crm.policy import PolicyQuerySet
from crm.trash import Trashable


class DealQuerySet(PolicyQuerySet):
    def open(self):
        return self.filter(status=Deal.Status.OPEN)

    def won(self):
        return self.filter(status=Deal.Status.WON)

    def lost(self):
        return self.filter(status=Deal.Status.LOST)


class Deal(Trashable, Owned, Imported):
    """A priced opportunity, open until won or lost; the stage says how far it has come."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    name = models.CharField(_("name"), max_length=200)
    account = models.ForeignKey(
        "accounts.Account",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="deals",
        verbose_name=_("account"),
    )
    contact = models.ForeignKey(
        "accounts.Contact",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="deals",
        verbose_name=_("contact"),
    )
    lead = models.ForeignKey(
        "leads.Lead", null=True, blank=True, on_delete=models.SET_NULL, related_name="deals", editable=False
    )
    source = models.ForeignKey(
        "leads.Source", null=True, blank=True, on_delete=models.SET_NULL, related_name="deals", verbose_name=_("source")
    )
    product = models.ForeignKey(
        "accounts.Product",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deals",
        verbose_name=_("product"),
    )
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    stage = models.ForeignKey("leads.Stage", on_delete=models.PROTECT, related_name="deals", verbose_name=_("stage"))
    status = models.CharField(_("status"), max_length=4, choices=Status.choices, default=Status.OPEN, editable=False)
    value = models.BigIntegerField(
        _("value"), default=0
    )  # minor units: a year of a plan, or the price of what is sold once
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    probability = models.PositiveSmallIntegerField(_("probability (%)"), default=0, editable=False)
    expected_close_on = models.DateField(_("expected close"), null=True, blank=True)
    lost_reason = models.CharField(_("reason lost"), max_length=200, blank=True, editable=False)
    subscription = models.ForeignKey(
        "accounts.Subscription", null=True, blank=True, on_delete=models.SET_NULL, related_name="deals", editable=False
    )
    order = models.ForeignKey(
        "accounts.Order", null=True, blank=True, on_delete=models.SET_NULL, related_name="deals", editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_on = models.DateField(editable=False)
    first_contact_on = models.DateField(editable=False)  # its own, otherwise its lead's or its creation
    stage_since = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    closed_on = models.DateField(null=True, blank=True, editable=False)
    search_text = models.TextField(editable=False, default="")

    objects = DealQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        indexes = [
            *Imported.Meta.indexes,
            models.Index(fields=["-created_at", "-id"], name="leads_deal_recent"),
            models.Index(fields=["owner", "-created_at", "-id"], name="leads_deal_owner"),
            models.Index(fields=["team", "-created_at", "-id"], name="leads_deal_team"),
            models.Index(fields=["-value", "-id"], name="leads_deal_value"),
            models.Index(fields=["expected_close_on", "id"], name="leads_deal_expected"),
            models.Index(fields=["stage", "stage_since"], name="leads_deal_open_stage", condition=Q(status="open")),
            models.Index(fields=["closed_on", "status", "owner", "value"], name="leads_deal_closed"),
            models.Index(fields=["created_on", "status"], name="leads_deal_cohort"),
        ]
        constraints = [
            models.CheckConstraint(
                name="leads_deal_closed_iff_not_open",
                condition=Q(status="open", closed_at=None, closed_on=None)
                | Q(status__in=["won", "lost"], closed_at__isnull=False, closed_on__isnull=False),
            ),
            models.CheckConstraint(name="leads_deal_value_not_negative", condition=Q(value__gte=0)),
            models.CheckConstraint(name="leads_deal_probability", condition=Q(probability__range=(0, 100))),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("deal_detail", args=[self.pk])

    def fold_search_text(self):
        self.search_text = casefolded(self.name, self.account.name if self.account_id else "")

    def touched_days(self):
        days = [self.created_on] + ([self.closed_on] if self.closed_on else [])
        return {Deal: days}

    @property
    def is_open(self):
        return self.status == self.Status.OPEN


class DealStageChange(models.Model):
    """One step of a deal, append-only, with its value and probability at that moment."""

    deal = models.ForeignKey("leads.Deal", on_delete=models.CASCADE, related_name="stage_changes")
    from_stage = models.ForeignKey("leads.Stage", null=True, on_delete=models.PROTECT, related_name="+")
    to_stage = models.ForeignKey("leads.Stage", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=4, choices=Deal.Status.choices)
    value = models.BigIntegerField()
    probability = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    on = models.DateField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("deal stage change")
        verbose_name_plural = _("deal stage changes")
        indexes = [
            models.Index(fields=["deal", "at"], name="leads_dealchange_deal"),
            models.Index(fields=["on", "to_stage"], name="leads_dealchange_on"),
        ]

    def __str__(self):
        return f"{self.deal_id} → {self.to_stage_id} {self.status}"
