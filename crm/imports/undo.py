"""Take back what one load wrote: all of it, or nothing and a list of what has been built upon it since."""

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import events
from crm.exceptions import Conflict
from crm.imports import applying, nouns
from crm.models import Event, ImportBatch

NAMED = 20
UNDOABLE = (ImportBatch.State.FINISHED, ImportBatch.State.APPLYING)


def latest(name):
    """The load by this mapping that would be undone next."""
    return ImportBatch.objects.filter(mapping=name, state__in=UNDOABLE).order_by("-pk").first()


@transaction.atomic
def undo(mapping, batch, *, by=None):
    """Remove the batch's records with their histories and bring their accounts in line; counts per model.

    The conditional update decides when two people undo at once."""
    if not ImportBatch.objects.filter(pk=batch.pk, state__in=UNDOABLE).update(state=ImportBatch.State.UNDONE):
        raise Conflict(_("This import has been undone already."))
    built = built_upon(batch)
    if built:
        raise Conflict(
            "\n".join([_("The import cannot be undone, people have worked with it since:"), *built]), code="built_upon"
        )
    run = applying.Run(mapping, batch)
    accounts = set()
    registered = reversed(nouns.all_nouns().values())
    removed = {}
    own = [noun for noun in registered if noun.model._base_manager.filter(import_batch=batch).exists()]
    for noun in own:
        accounts.update(noun.accounts_of(batch))
        for model, column in noun.children.items():
            model._base_manager.filter(**{f"{column}__import_batch": batch})._raw_delete(using=model._base_manager.db)
    for noun in own:
        for name in noun.late:
            noun.model._base_manager.filter(import_batch=batch).update(**{name: None})
        records = noun.model._base_manager.filter(import_batch=batch)
        removed[noun.model._meta.label_lower] = records._raw_delete(using=records.db)
    applying.settle(accounts, run)
    data = {"mapping": batch.mapping, "counts": removed}
    events.record("import.undone", batch, by=by, touches=run.touches, data=data)
    return removed


def built_upon(batch):
    """Lines naming what stands on the batch's records now: events of theirs, and records that refer to them."""
    lines = []
    for noun in nouns.all_nouns().values():
        records = noun.model._base_manager.filter(import_batch=batch)
        if not records.exists():
            continue
        lines += _changed(noun, records)
        for relation in noun.model._meta.get_fields(include_hidden=True):
            if relation.auto_created and (relation.one_to_many or relation.one_to_one) and not relation.concrete:
                lines += _referred(noun, relation, batch)
    return lines


def _changed(noun, records):
    """Every action records an event about its subject; imports record none, so any event came later."""
    found = Event.objects.filter(subject_label=noun.model._meta.label_lower, subject_id__in=records.values("pk"))
    return _lines(found.values_list("subject_id", "kind"), noun, lambda kind: kind)


def _referred(noun, relation, batch):
    model, column = relation.related_model, relation.field.name
    if model in noun.children or relation.field.remote_field.model != noun.model:
        return []
    own = {child for other in nouns.all_nouns().values() for child in other.children}
    found = model._base_manager.filter(**{f"{column}__import_batch": batch})
    if any(field.name == "import_batch" for field in model._meta.fields):
        found = found.filter(Q(import_batch=None) | ~Q(import_batch=batch))
    elif model in own:  # histories of other imported records name people and products as well
        found = found.exclude(_of_batch(model, batch))
    if not found.exists():
        return []
    return _lines(found.values_list(f"{column}_id", models.Value(str(model._meta.verbose_name))), noun, str)


def _of_batch(model, batch):
    """The history rows that belong to records of the batch itself."""
    match = Q(pk__in=[])
    for noun in nouns.all_nouns().values():
        if model in noun.children:
            match |= Q(**{f"{noun.children[model]}__import_batch": batch})
    return match


def _lines(pairs, noun, say):
    named = list(pairs[: NAMED + 1])
    lines = [f"{noun.model._meta.verbose_name} {pk}: {say(what)}" for pk, what in named[:NAMED]]
    if len(named) > NAMED:
        rest = pairs.count() - NAMED
        lines.append(ngettext("… and %(count)s more.", "… and %(count)s more.", rest) % {"count": rest})
    return lines
