from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.owned import casefolded
from crm.models.imports import Imported
from crm.policy import PolicyQuerySet
from crm.trash import Trashable


class Contact(Trashable, Imported):
    """A person at an account."""

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.CASCADE, related_name="contacts", verbose_name=_("account")
    )
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("job title"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    search_text = models.TextField(editable=False, default="")

    objects = PolicyQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            *Imported.Meta.indexes,
            models.Index(fields=["name", "id"], name="accounts_contact_name"),
            models.Index(fields=["-created_at", "-id"], name="accounts_contact_created"),
            models.Index(fields=["email"], name="accounts_contact_email"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("contact_detail", args=[self.pk])

    def fold_search_text(self):
        self.search_text = casefolded(self.name, self.email, self.phone, self.title)
