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
from leads.models.activity import About


class TaskQuerySet(PolicyQuerySet):
    def open(self):
        return self.filter(done_at=None)

    def overdue(self, today):
        return self.open().filter(due_on__lt=today)

    def due(self, today):
        return self.open().filter(due_on=today)


class Task(Trashable, About, Owned, Imported):
    """A next step: something to do by a local day (and maybe an hour) about a lead, deal or account."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        MAIL = "mail", _("Mail")
        MEETING = "meeting", _("Meeting")
        TODO = "todo", _("To do")

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.TODO)
    due_on = models.DateField(_("due"))
    due_time = models.TimeField(_("time"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    search_text = models.TextField(editable=False, default="")

    objects = TaskQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            *Imported.Meta.indexes,
            models.Index(fields=["owner", "due_on", "id"], name="leads_task_owner_open", condition=Q(done_at=None)),
            models.Index(fields=["due_on", "id"], name="leads_task_due"),
            models.Index(fields=["deal", "due_on"], name="leads_task_deal_open", condition=Q(done_at=None)),
            models.Index(fields=["lead", "due_on"], name="leads_task_lead_open", condition=Q(done_at=None)),
            models.Index(fields=["account", "due_on"], name="leads_task_account_open", condition=Q(done_at=None)),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("task_detail", args=[self.pk])

    def fold_search_text(self):
        self.search_text = casefolded(self.title)
