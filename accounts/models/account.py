from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.owned import Owned, casefolded
from crm.models.imports import Imported
from crm.policy import PolicyQuerySet
from crm.trash import Trashable


class AccountQuerySet(PolicyQuerySet):
    def customers(self):
        return self.filter(status=Account.Status.CUSTOMER)


class Account(Trashable, Owned, Imported):
    """A company (or person) we sell to. A *customer* from its first paid day on: `first_paid_on`."""

    class Status(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        CUSTOMER = "customer", _("Customer")
        FORMER = "former", _("Former customer")

    name = models.CharField(_("name"), max_length=200)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PROSPECT, editable=False
    )
    website = models.URLField(_("website"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    industry = models.CharField(_("industry"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)  # ISO 3166 alpha-2
    city = models.CharField(_("city"), max_length=80, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    source = models.CharField(
        _("source"), max_length=60, blank=True, editable=False
    )  # key of the lead source it came by
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="subsidiaries",
        verbose_name=_("parent account"),
    )
    description = models.TextField(_("description"), blank=True)
    first_paid_on = models.DateField(_("customer since"), null=True, blank=True, editable=False)
    mrr = models.BigIntegerField(_("MRR"), default=0, editable=False)  # micros, kept beside the movements
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_on = models.DateField(editable=False)
    search_text = models.TextField(editable=False, default="")

    objects = AccountQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        indexes = [
            *Imported.Meta.indexes,
            models.Index(fields=["-created_at", "-id"], name="accounts_account_created"),
            models.Index(fields=["name", "id"], name="accounts_account_name"),
            models.Index(fields=["-mrr", "-id"], name="accounts_account_mrr"),
            models.Index(fields=["owner", "-created_at"], name="accounts_account_owner"),
            models.Index(
                fields=["first_paid_on"], name="accounts_account_first_paid", condition=Q(first_paid_on__isnull=False)
            ),
            models.Index(fields=["trashed_at"], name="accounts_account_trash", condition=Q(trashed_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="accounts_account_mrr_not_negative", condition=Q(mrr__gte=0)),
            models.CheckConstraint(
                name="accounts_account_paid_iff_not_prospect",
                condition=Q(status="prospect", first_paid_on=None)
                | Q(status__in=["customer", "former"], first_paid_on__isnull=False),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("account_detail", args=[self.pk])

    def touched_days(self):
        """Every day on which it has moved a number: they all change when it vanishes or comes back."""
        days = {
            "accounts.movement": self.movements.values_list("on", flat=True),
            "accounts.order": self.orders.values_list("on", flat=True),
        }
        return {apps.get_model(label): set(found) for label, found in days.items()} | {Account: {self.first_paid_on}}

    def fold_search_text(self):
        self.search_text = casefolded(self.name, self.website, self.city, self.industry)
