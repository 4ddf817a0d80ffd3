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


class LeadQuerySet(PolicyQuerySet):
    def open(self):
        return self.filter(stage__in=Lead.OPEN)

    def unanswered(self):
        """Open leads that no person has contacted yet."""
        return self.open().filter(first_contact_at=None)


class Lead(Trashable, Owned, Imported):
    """Somebody who may buy. Its stage says how far it has come; every step stands in `LeadStageChange`.

    `customer_on` is the local day its account became a paying customer (first paid subscription, order or won deal);
    it stays empty for the lead of an account that was a customer before the lead came.
    """

    class Stage(models.TextChoices):
        NEW = "new", _("New")
        WORKING = "working", _("Working")
        QUALIFIED = "qualified", _("Qualified")
        CONVERTED = "converted", _("Converted")
        DISQUALIFIED = "disqualified", _("Disqualified")

    OPEN = (Stage.NEW, Stage.WORKING, Stage.QUALIFIED)

    name = models.CharField(_("name"), max_length=120)
    company_name = models.CharField(_("company"), max_length=200, blank=True)
    title = models.CharField(_("job title"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    source = models.ForeignKey(
        "leads.Source", null=True, blank=True, on_delete=models.PROTECT, related_name="leads", verbose_name=_("source")
    )
    campaign = models.ForeignKey(
        "leads.Campaign",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="leads",
        verbose_name=_("campaign"),
    )
    product = models.ForeignKey(
        "accounts.Product",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("product interest"),
    )
    value = models.BigIntegerField(_("value"), null=True, blank=True)  # minor units
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    comments = models.TextField(_("comments"), blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage.choices, default=Stage.NEW, editable=False)
    score = models.SmallIntegerField(_("score"), default=0, editable=False)  # what lists sort by: override or points
    score_override = models.SmallIntegerField(_("score set by hand"), null=True, blank=True)
    score_reasons = models.JSONField(default=list, editable=False)  # [[label, points], …]
    next_follow_up_at = models.DateTimeField(_("next follow-up"), null=True, blank=True)
    disqualified_reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)
    account = models.ForeignKey(
        "accounts.Account", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads", editable=False
    )
    contact = models.ForeignKey(
        "accounts.Contact", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads", editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_on = models.DateField(editable=False)
    first_contact_at = models.DateTimeField(_("first contact"), null=True, blank=True, editable=False)
    first_contact_on = models.DateField(null=True, blank=True, editable=False)
    qualified_on = models.DateField(null=True, blank=True, editable=False)
    converted_at = models.DateTimeField(null=True, blank=True, editable=False)
    converted_on = models.DateField(null=True, blank=True, editable=False)
    customer_on = models.DateField(null=True, blank=True, editable=False)
    search_text = models.TextField(editable=False, default="")

    objects = LeadQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = [
            *Imported.Meta.indexes,
            models.Index(fields=["-created_at", "-id"], name="leads_lead_recent"),
            models.Index(fields=["owner", "-created_at", "-id"], name="leads_lead_owner"),
            models.Index(fields=["team", "-created_at", "-id"], name="leads_lead_team"),
            models.Index(fields=["stage", "-created_at", "-id"], name="leads_lead_stage"),
            models.Index(fields=["-score", "-id"], name="leads_lead_score"),
            models.Index(fields=["next_follow_up_at", "id"], name="leads_lead_follow_up"),
            models.Index(fields=["created_on", "customer_on"], name="leads_lead_cohort"),
            models.Index(fields=["account"], name="leads_lead_account_open", condition=Q(customer_on=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="leads_lead_converted_iff_account",
                condition=Q(stage="converted", converted_at__isnull=False, converted_on__isnull=False)
                | (~Q(stage="converted") & Q(converted_at=None, converted_on=None)),
            ),
            models.CheckConstraint(name="leads_lead_score_range", condition=Q(score__range=(0, 100))),
            models.CheckConstraint(
                name="leads_lead_override_range", condition=Q(score_override=None) | Q(score_override__range=(0, 100))
            ),
            models.CheckConstraint(name="leads_lead_value_not_negative", condition=Q(value=None) | Q(value__gte=0)),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("lead_detail", args=[self.pk])

    def fold_search_text(self):
        self.search_text = casefolded(self.name, self.company_name, self.email, self.phone)

    def touched_days(self):
        return {Lead: [self.created_on]}

    @property
    def is_open(self):
        return self.stage in self.OPEN


class LeadStageChange(models.Model):
    """One step of a lead, append-only; the first row has no `from_stage` and stands for its creation."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="stage_changes")
    from_stage = models.CharField(max_length=12, choices=Lead.Stage.choices, blank=True)
    to_stage = models.CharField(max_length=12, choices=Lead.Stage.choices)
    at = models.DateTimeField()
    on = models.DateField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead stage change")
        verbose_name_plural = _("lead stage changes")
        indexes = [
            models.Index(fields=["lead", "at"], name="leads_leadchange_lead"),
            models.Index(fields=["on", "to_stage"], name="leads_leadchange_on"),
        ]

    def __str__(self):
        return f"{self.from_stage}→{self.to_stage}"
