"""Trash: what people delete can be brought back for thirty days.

Trashed records disappear from every list and every number at once: ``visible_to`` starts from ``alive()``. A model
inherits ``Trashable`` and names the local days its numbers rest on in ``touched_days``; trashing and restoring
announce them, so that the night looks at those days again.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

log = structlog.get_logger(__name__)

KEPT_FOR = dt.timedelta(days=30)
MOST_SHOWN = 200
BATCH = 100


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
            moved = (
                type(self)
                ._base_manager.filter(pk=self.pk, trashed_at__isnull=trashed_at is not None)
                .update(trashed_at=trashed_at, trashed_by=trashed_by)
            )
            if moved:
                self.trashed_at, self.trashed_by = trashed_at, trashed_by
                events.record(f"{self._meta.model_name}.{event}", self, by=by, touches=self.touched_days())
        return bool(moved)


def trashable_models() -> list[type[Trashable]]:
    return [model for model in apps.get_models() if issubclass(model, Trashable)]


def model_called(label: str) -> type[Trashable] | None:
    """The model of `leads.lead`, if its records can be in the trash."""
    return next((model for model in trashable_models() if model._meta.label_lower == label), None)


@dataclass(frozen=True)
class Entry:
    """One record in the trash, as its reader sees it."""

    record: Trashable
    label: str
    kind: str
    may_restore: bool
    purged_on: dt.datetime


def entries(user) -> list[Entry]:
    """What lies in the trash and the user may see, the latest first; one query finds them all."""
    from crm import policy  # leaf: policy's queryset knows the trash by its column only

    models_by_label = {model._meta.label_lower: model for model in trashable_models()}
    parts = [
        policy.restrict(model._base_manager.filter(trashed_at__isnull=False), policy.READ, user)
        .order_by()
        .annotate(label=models.Value(label, output_field=models.CharField()))
        .values_list("label", "pk", "trashed_at")
        for label, model in models_by_label.items()
    ]
    if not parts:
        return []
    found = list(parts[0].union(*parts[1:], all=True).order_by("-trashed_at")[:MOST_SHOWN])
    records, may_restore = {}, set()
    for label in {label for label, _pk, _at in found}:
        model, ids = models_by_label[label], [pk for name, pk, _at in found if name == label]
        rows = model._base_manager.filter(pk__in=ids)
        records |= {(label, row.pk): row for row in rows.select_related("trashed_by")}
        may_restore |= {(label, pk) for pk in policy.restrict(rows, policy.WRITE, user).values_list("pk", flat=True)}
    return [
        Entry(
            records[label, pk],
            label,
            str(models_by_label[label]._meta.verbose_name),
            (label, pk) in may_restore,
            at + KEPT_FOR,
        )
        for label, pk, at in found
        if (label, pk) in records
    ]


def purge(now=None) -> int:
    """Delete for good what has been in the trash for longer than it is kept; the number of records."""
    before = (now or timezone.now()) - KEPT_FOR
    count = 0
    for model in trashable_models():
        ids = list(model._base_manager.filter(trashed_at__lt=before).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(ids), BATCH):
            count += sum(_purge_one(model, pk, before) for pk in ids[start : start + BATCH])
    return count


@transaction.atomic
def _purge_one(model, pk, before) -> bool:
    record = model._base_manager.filter(pk=pk, trashed_at__lt=before).first()  # it may have been restored meanwhile
    if record is None:
        return False
    try:
        if _would_take_living_ones(record):
            return False
        record.delete()
    except (ProtectedError, RestrictedError):
        log.info("trash.kept", model=model._meta.label_lower, id=pk)
        return False
    return True


def _would_take_living_ones(record) -> bool:
    """Whether deleting it would delete records that are not in the trash themselves."""
    collector = Collector(using="default", origin=record)
    collector.collect([record])
    for model, rows in collector.data.items():
        if issubclass(model, Trashable) and any(row.trashed_at is None for row in rows):  # type: ignore[attr-defined]
            return True
    return any(
        issubclass(rows.model, Trashable) and rows.filter(trashed_at=None).exists() for rows in collector.fast_deletes
    )
