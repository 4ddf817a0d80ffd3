"""Trash: what people delete can be brought back for thirty days.

Trashed records disappear from every list and every number at once: ``visible_to`` starts from ``alive()``. A model
inherits ``Trashable`` and names the local days its numbers rest on in ``touched_days``; trashing and restoring
announce them, so that the night looks at those days again.
"""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

KEPT_FOR = dt.timedelta(days=30)


class Trashable(models.Model):
    """A record that can be put into the trash, restored, and is purged after thirty days."""

    trashed_at = models.DateTimeField(_("trashed at"), null=True, blank=True, editable=False)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("trashed by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        abstract = True

    @property
    def is_trashed(self) -> bool:
        return self.trashed_at is not None

    def touched_days(self) -> dict[type[models.Model], Iterable[dt.date]]:
        """The local days, per model, whose numbers change when this record vanishes or comes back."""
        return {}

    def trash(self, by=None) -> bool:
        """Put into the trash; False when it was there already (so a second click does nothing)."""
        return self._move(trashed_at=timezone.now(), trashed_by=by, event="trashed", by=by)

    def restore(self, by=None) -> bool:
        """Bring back from the trash; False when it was not in there."""
        return self._move(trashed_at=None, trashed_by=None, event="restored", by=by)

    def _move(self, *, trashed_at, trashed_by, event, by) -> bool:
        from crm import events  # leaf: events imports models

        with transaction.atomic():
            moved = type(self)._base_manager.filter(pk=self.pk, trashed_at__isnull=trashed_at is not None).update(
                trashed_at=trashed_at, trashed_by=trashed_by
            )
            if moved:
                self.trashed_at, self.trashed_by = trashed_at, trashed_by
                events.record(f"{self._meta.model_name}.{event}", self, by=by, touches=self.touched_days())
        return bool(moved)
