"""Publishing: the night computes what is due from the records and replaces what differs.

Recomputed and replaced, never incremented: running it twice, or twice at once, or being killed anywhere, ends in the
same rows. One chunk of periods is one short transaction. On PostgreSQL each of its periods is locked *before* anything
is read; at READ COMMITTED whoever waited then reads what is true now, so an older computation never wins over a newer
one (SQLite's IMMEDIATE transactions do the same). How far a KPI has come moves in the transaction of its rows, and
events are marked as counted only when all the periods they touch are committed.
"""

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from crm.imports import writing
from crm.models import Company, Event
from crm.periods import Grain, periods_between
from metrics import due
from metrics.catalogue import KPIS
from metrics.engine import cut, is_closed
from metrics.kpi import CLOSED, PROVISIONAL, RESTATED
from metrics.measures import Facts
from metrics.models import Snapshot, SnapshotProgress

EVENTS = 2000  # read, and marked, at a time
LOCKS = 0x7A11  # the class of our advisory locks, one for each grain from here on
SPLIT_GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)


def catch_up(today=None) -> int:
    """Publish whatever is due; the number of snapshots written. Safe to run at any time, and cheap when nothing is."""
    company = Company.current()
    today = today or company.today()
    written = 0
    while True:
        ids, touched = due.uncounted(EVENTS)  # before anything is computed: what comes later is for the next night
        written += fill(today, company)
        wanted = due.touched_periods(touched, today, company)
        for place, slugs in due.ripe(today, company).items():
            wanted[place] |= slugs
        for grain, periods, slugs in due.chunks(wanted, company):
            written += publish(grain, periods, slugs, today)
        Event.objects.filter(pk__in=ids, counted_at=None).update(counted_at=timezone.now())
        if len(ids) < EVENTS:
            return written


def fill(today, company) -> int:
    """Publish the periods that have no snapshot: those of missed nights, of new KPIs, and before the first one when
    older facts have arrived."""
    begin_progress(today, company)
    written = 0
    for grain, since, until, slugs in due.missing(today, company):
        periods = periods_between(grain, since, until, company)
        size = due.CHUNK[grain]
        pieces = [periods[index : index + size] for index in range(0, len(periods), size)]
        backwards = SnapshotProgress.objects.filter(kpi__in=slugs, grain=grain, since=until).exists()
        for piece in reversed(pieces) if backwards else pieces:
            written += publish(grain, piece, slugs, today)
    return written


def begin_progress(today, company) -> None:
    """A row for every KPI and grain, at its present version: one of an earlier version begins anew."""
    known = due.progress()
    first = due.origin(today)
    rows = [
        SnapshotProgress(kpi=slug, grain=grain, version=kpi.version, since=start, until=start)
        for slug, kpi in KPIS.items()
        for grain in Grain
        if (slug, grain) not in known
        for start in [due.period_of(grain, min(first, today), company).start]
    ]
    if rows:
        SnapshotProgress.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["kpi", "grain"],
            update_fields=["version", "since", "until"],
        )


def rebuild(start=None, end=None, today=None) -> int:
    """Compute every period that overlaps `[start, end)` anew, all of history by default; the number of rows written."""
    company = Company.current()
    today = today or company.today()
    begin_progress(today, company)
    written = 0
    start = max(start, due.origin(today)) if start else due.origin(today)
    for grain in Grain:
        until = due.horizon(grain, today, company)
        periods = periods_between(grain, start, min(end or until, until), company)
        for index in range(0, len(periods), due.CHUNK[grain]):
            written += publish(grain, periods[index : index + due.CHUNK[grain]], set(KPIS), today)
    return written + fill(today, company)


@transaction.atomic
def publish(grain, periods, slugs, today) -> int:
    """Compute consecutive periods of some KPIs and write what differs; the number of rows written."""
    lock(grain, periods)
    kpis = [kpi for slug, kpi in KPIS.items() if slug in slugs]
    written = replace(grain, periods, kpis, computed(grain, periods, kpis, today), today)
    advance(grain, periods, kpis)
    return written


def lock(grain, periods) -> None:
    """Wait for whoever computes one of these periods; in order, so that two never wait for each other."""
    if connection.vendor == "postgresql":
        keys = sorted(period.start.toordinal() for period in periods)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) AS key",
                [LOCKS + list(Grain).index(grain), keys],
            )


def computed(grain, periods, kpis, today) -> dict:
    """`{(slug, dimension, member, start): (numerator, denominator)}` from the records."""
    splits = ("owner", "team") if grain in SPLIT_GRAINS else ()
    facts = Facts(("", *splits))
    asked = [cut(period, today) for period in periods]
    found = {}
    for kpi in kpis:
        for dimension in ("", *(name for name in splits if name in kpi.published_by and name in kpi.dimensions)):
            for period, row in zip(periods, kpi.counted(asked, dimension, facts), strict=True):
                for member, (numerator, denominator, _remark) in row.items():
                    found[kpi.slug, dimension, member, period.start] = numerator, denominator
    return found


def replace(grain, periods, kpis, found, today) -> int:
    """Write what differs from what stands there. A provisional row is overwritten; a closed one is kept as it was
    reported, and the next revision becomes current. The number of rows written."""
    now = timezone.now()
    by_start = {period.start: period for period in periods}
    declared = {kpi.slug: kpi for kpi in kpis}
    there = Snapshot.objects.filter(kpi__in=declared, grain=grain, start__in=by_start)
    stored = {(row.kpi, row.dimension, row.member, row.start): row for row in there.current()}
    closed = {
        (slug, start) for slug in declared for start in by_start if is_closed(declared[slug], by_start[start], today)
    }
    changed, superseded, again, gone, fresh = [], [], [], [], []
    for key, (numerator, denominator) in found.items():
        slug, dimension, member, start = key
        state = CLOSED if (slug, start) in closed else PROVISIONAL
        values = {"numerator": numerator, "denominator": denominator, "version": declared[slug].version}
        row = stored.pop(key, None)
        if row and row.state == PROVISIONAL:
            if any(getattr(row, name) != value for name, value in values.items()) or row.state != state:
                changed.append(row)
            else:
                again.append(row.pk)
            for name, value in (values | {"state": state, "computed_at": now}).items():
                setattr(row, name, value)
        elif not row or any(getattr(row, name) != value for name, value in values.items()):
            if row:
                superseded.append(row.pk)
            place = {"kpi": slug, "grain": grain, "start": start, "end": by_start[start].end}
            segment = {"dimension": dimension, "member": member}
            revision = row.revision + 1 if row else 1
            state = RESTATED if row else state
            counted = {"state": state, "revision": revision, "computed_at": now}
            fresh.append(writing.fresh(Snapshot, **place, **segment, **values, **counted))
    for row in stored.values():  # members who have nothing any more
        (gone if row.state == PROVISIONAL else superseded).append(row.pk)
    continue_revisions(there, [row for row in fresh if row.revision == 1])
    Snapshot.objects.filter(pk__in=superseded).update(is_current=False)
    Snapshot.objects.filter(pk__in=gone).delete()
    Snapshot.objects.bulk_update(
        changed, ["numerator", "denominator", "version", "state", "computed_at"], batch_size=500
    )
    Snapshot.objects.filter(pk__in=again).update(computed_at=now)
    writing.append(fresh)
    return len(changed) + len(superseded) + len(gone) + len(fresh)


def continue_revisions(there, fresh) -> None:
    """A member that comes back after it had gone goes on counting where its revisions stopped."""
    if not fresh:
        return
    old = (
        there.filter(is_current=False).values_list("kpi", "dimension", "member", "start").annotate(last=Max("revision"))
    )
    last = {tuple(key): revision for *key, revision in old}
    for row in fresh:
        if before := last.get((row.kpi, row.dimension, row.member, row.start)):
            row.revision, row.state = before + 1, RESTATED if row.state == CLOSED else row.state


def advance(grain, periods, kpis) -> None:
    """What is published without a gap now reaches over these periods, where they adjoin it."""
    first, last = periods[0].start, periods[-1].end
    rows = SnapshotProgress.objects.filter(kpi__in=[kpi.slug for kpi in kpis], grain=grain)
    rows.filter(until__gte=first, until__lt=last, since__lte=first).update(until=last)
    rows.filter(since__gt=first, since__lte=last).update(since=first)
