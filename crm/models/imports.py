from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.policy import PolicyQuerySet


class ImportBatch(models.Model):
    """One run of an import: what was read, how far it got, and the handle by which it is undone."""

    class State(models.TextChoices):
        STAGING = "staging", _("Checking")
        APPLYING = "applying", _("Applying")
        FINISHED = "finished", _("Finished")
        REFUSED = "refused", _("Refused")
        UNDONE = "undone", _("Undone")

    mapping = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.STAGING)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    counts = models.JSONField(default=dict)  # per noun: {"leads.lead": {"created": 10, "updated": 0}}
    errors = models.JSONField(default=list)  # the first errors: {"file", "row", "column", "message"}
    touches = models.JSONField(default=dict)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self):
        return f"{self.mapping} {self.started_at:%Y-%m-%d %H:%M}"


class Imported(models.Model):
    """For nouns that imports can write: the natural key in the source, and the batch that wrote the row."""

    external_id = models.CharField(max_length=160, null=True, blank=True, unique=True, editable=False)
    import_batch = models.ForeignKey(
        "crm.ImportBatch",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
        db_index=False,
    )

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["import_batch"], name="%(app_label)s_%(class)s_batch", condition=Q(import_batch__isnull=False)
            )
        ]
