"""Write what staging has checked, in batches that are committed whole.

Each transaction holds records, their histories, what follows for their accounts, and how far the import has come; so
a load killed at any moment is finished by running it again: what its batch has written is found by external id and
left alone. One `import.finished` with the touched days ends it; nothing else is announced, nobody gets a mail about
last year.
"""

from collections import defaultdict
from datetime import date
from functools import cached_property

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.exceptions import Conflict, Invalid
from crm.imports import nouns, writing
from crm.models import Company, ImportBatch
from crm.periods import local_date

BATCH_SIZE = 5_000


class Run:
    """One load under way: the company as it is now, and the batch that everything written belongs to."""

    def __init__(self, mapping, batch=None):
        self.mapping = mapping
        self.company = Company.current()
        self.batch = batch
        self.now = timezone.now()
        self.counts = defaultdict(int)
        self.touched = defaultdict(set)
        self.memo = {}  # what nouns look up once per load
        if batch:
            self.recall()

    @cached_property
    def today(self):
        return self.company.today()

    def day_of(self, moment):
        return local_date(moment, self.company.time_zone) if moment else None

    def touch(self, days):
        for model, found in days.items():
            self.touched[model._meta.label_lower].update(day for day in found if day)

    @property
    def touches(self):
        """As `events.record` takes them."""
        return {apps.get_model(label): days for label, days in self.touched.items()}

    def recall(self):
        """Back to what is committed: another batch, or another run that was killed, has counted before."""
        self.counts = defaultdict(int, self.batch.counts)
        self.touched = defaultdict(set)
        for label, days in self.batch.touches.items():
            self.touched[label].update(map(date.fromisoformat, days))

    def keep(self):
        """How far it has come, in the transaction of what was written."""
        self.batch.counts = dict(self.counts)
        self.batch.touches = events.days_by_label(self.touches)
        self.batch.save(update_fields=["counts", "touches"])


def unfinished(mapping):
    """The batch of a load with this mapping that was killed before its end."""
    return ImportBatch.objects.filter(mapping=mapping.name, state=ImportBatch.State.APPLYING).order_by("-pk").first()


def check_currency(mapping, company):
    if mapping.currency != company.currency:
        raise Invalid(
            _(
                "The amounts are in %(theirs)s, the company counts in %(ours)s. Convert them, or change the company's currency."
            )
            % {"theirs": mapping.currency, "ours": company.currency},
            code="currency",
        )


def apply(mapping, staged, *, by=None, size=BATCH_SIZE, progress=lambda done: None):
    """Write the staged rows; the finished `ImportBatch`, or None where everything was there already."""
    spool = staged.spool
    batch = unfinished(mapping)
    new = sum(spool.count_new(name) for name in spool.nouns())
    if batch is None and not new:
        return None
    if batch is None:
        batch = ImportBatch.objects.create(mapping=mapping.name, state=ImportBatch.State.APPLYING, by=by)
    run = Run(mapping, batch)
    done = 0
    try:
        for part, table in _in_order(mapping):
            for rows in spool.read(part, size):
                _apply_rows(table.noun, rows, run, spool)
                done += len(rows)
                progress(done)
        for part, table in _in_order(mapping):
            if table.noun.late:
                for rows in spool.read(part, size):
                    _apply_late(table.noun, rows, run, spool)
    except IntegrityError as error:
        raise Conflict(
            _("The database refused a batch, it was not written: %(error)s Run the load again, or undo it.")
            % {"error": error}
        ) from error
    _finish(run)
    return batch


def _in_order(mapping):
    """Every table with its number, what is referred to first."""
    return sorted(enumerate(mapping.tables), key=lambda entry: (entry[1].noun.order, entry[0]))


@transaction.atomic
def _apply_rows(noun, rows, run, spool):
    """Records, histories and consequences of one batch, in one transaction."""
    known = spool.pks(noun.name, [key for key, *_rest in rows])
    made = []
    for key, values in _resolved(noun, [row for row in rows if row[0] not in known], spool, noun.late):
        record = noun.build(values, run)
        record.external_id = f"{run.mapping.namespace}:{key}"
        record.import_batch_id = run.batch.pk
        made.append((key, record, values))
    if not made:
        return
    records = [record for _key, record, _values in made]
    writing.insert(records)
    by_model = defaultdict(list)
    for child in noun.histories([(record, values) for _key, record, values in made], run):
        by_model[type(child)].append(child)
    for children in by_model.values():
        writing.append(children)
    for record in records:
        run.touch(noun.touches(record))
    settle({pk for record in records if (pk := noun.settles(record))}, run)
    run.counts[noun.model._meta.label_lower] += len(records)
    run.keep()
    spool.written(noun.name, [(key, record.pk) for key, record, _values in made])


def settle(account_ids, run):
    """Bring in line what follows for these accounts: MRR, since when a customer, their leads."""
    ids = sorted(account_ids)
    for start in range(0, len(ids), writing.CHUNK):
        for settler in nouns.settlers():
            run.touch(settler(ids[start : start + writing.CHUNK], run))


def _resolved(noun, rows, spool, late=()):
    """`(key, values)` with primary keys for references; rows whose reference came to nothing are left out."""
    wanted = defaultdict(set)
    used = {field.partition(".")[0] for *_rest, values in rows for field in values}
    places = [(name, spec) for name, spec in noun.fields.items() if spec.noun and name in used and name not in late]
    for _key, _file, _row, values in rows:
        for name, spec in places:
            wanted[spec.noun].update(_named(name, spec, values))
    found = {target: spool.pks(target, keys) for target, keys in wanted.items()}
    for key, _file, _row, values in rows:
        ready = _with_pks(values, places, found, late)
        if ready is not None:
            yield key, ready


def _named(name, spec, values):
    """The keys this field of a row names."""
    if spec.kind == nouns.STEPS:
        return [field.partition(".")[2] for field in values if field.startswith(name + ".")]
    return [values[name]] if name in values else []


def _with_pks(values, places, found, late):
    ready = {field: value for field, value in values.items() if field not in late}
    for name, spec in places:
        for key in _named(name, spec, values):
            if key not in found[spec.noun]:
                return None
            pk = found[spec.noun][key][0]
            if spec.kind == nouns.STEPS:
                ready.setdefault(name, {})[pk] = ready.pop(f"{name}.{key}")
            else:
                del ready[name]
                ready[f"{name}_id"] = pk
    return ready


@transaction.atomic
def _apply_late(noun, rows, run, spool):
    """References that point forward, on the records this batch has written."""
    own = spool.pks(noun.name, [key for key, *_rest in rows])
    for name in noun.late:
        found = spool.pks(noun.fields[name].noun, {values[name] for *_rest, values in rows if name in values})
        changes = {
            own[key][0]: found[values[name]][0]
            for key, _file, _row, values in rows
            if values.get(name) in found and key in own
        }
        records = list(noun.model._base_manager.filter(pk__in=changes, import_batch=run.batch))
        for record in records:
            setattr(record, f"{name}_id", changes[record.pk])
        noun.model._base_manager.bulk_update(records, [f"{name}_id"], batch_size=writing.CHUNK)


@transaction.atomic
def _finish(run):
    batch = run.batch
    batch.state = ImportBatch.State.FINISHED
    batch.finished_at = timezone.now()
    batch.save(update_fields=["state", "finished_at"])
    data = {"mapping": batch.mapping, "counts": batch.counts}
    events.record("import.finished", batch, by=batch.by, touches=run.touches, data=data)
