from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.models.imports import Imported
from crm.policy import PolicyQuerySet
from crm.trash import Trashable


class About(models.Model):
    """Concerns a lead, or an account (and perhaps one of its contacts and deals)."""

    account = models.ForeignKey(
        "accounts.Account",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="%(model_name)s_set",
        verbose_name=_("account"),
    )
    contact = models.ForeignKey(
        "accounts.Contact",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="%(model_name)s_set",
        verbose_name=_("contact"),
    )
    lead = models.ForeignKey(
        "leads.Lead",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="%(model_name)s_set",
        verbose_name=_("lead"),
    )
    deal = models.ForeignKey(
        "leads.Deal",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="%(model_name)s_set",
        verbose_name=_("deal"),
    )

    class Meta:
        abstract = True

    @property
    def about(self):
        """The record it is first of all about: deal, then lead, then account."""
        return self.deal or self.lead or self.account


class Activity(Trashable, About, Imported):
    """Something a person did with a lead or customer: call, mail, meeting, note."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        MAIL = "mail", _("Mail")
        MEETING = "meeting", _("Meeting")
        NOTE = "note", _("Note")

    CONTACT_KINDS = (Kind.CALL, Kind.MAIL, Kind.MEETING)  # a note is not a contact

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("what happened"), blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    on = models.DateField(editable=False)
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        indexes = [
            *Imported.Meta.indexes,
            models.Index(fields=["account", "-at"], name="leads_activity_account"),
            models.Index(fields=["lead", "-at"], name="leads_activity_lead"),
            models.Index(fields=["deal", "-at"], name="leads_activity_deal"),
            models.Index(fields=["-at", "-id"], name="leads_activity_recent"),
        ]
        constraints = [
            models.CheckConstraint(
                name="leads_activity_about_something",
                condition=Q(account__isnull=False) | Q(lead__isnull=False) | Q(deal__isnull=False),
            )
        ]

    def __str__(self):
        return self.subject or self.get_kind_display()

    def touched_days(self):
        return {Activity: [self.on]}
