"""What the night has to do: which periods lack a snapshot, which did events touch, which provisional ones are due.

None of the three questions lists history: the first is answered by how far each KPI has come (`SnapshotProgress`), the
second by the events not counted yet, the third by the index over provisional snapshots.
"""

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import Min

from accounts.models import Account, Movement, MrrInterval, Order
from crm.models import Event
from crm.periods import Grain, day_bounds, local_date, period_of, periods_between
from leads.models import Deal, Lead
from metrics.catalogue import KPIS
from metrics.models import Expense, Snapshot, SnapshotProgress

# Periods computed in one transaction: long enough to be read in one pass, short enough to never hold anybody up.
CHUNK = {Grain.DAY: 184, Grain.WEEK: 53, Grain.MONTH: 12, Grain.QUARTER: 8, Grain.YEAR: 3}
LONGEST_HISTORY = timedelta(days=3653)  # so that a mistyped year does not become thousands of empty days
FIRST_DAYS = (
    (Lead, "created_on"),
    (Deal, "created_on"),
    (MrrInterval, "start_on"),
    (Order, "on"),
    (Expense, "starts_on"),
)


def origin(today) -> date:
    """The day of the first fact: history begins there."""
    firsts = (model.objects.aggregate(first=Min(column))["first"] for model, column in FIRST_DAYS)
    return max(min((day for day in firsts if day), default=today), today - LONGEST_HISTORY)


def horizon(grain, today, company):
    """Up to where periods are published: days that are over, and of the longer ones also the one under way."""
    return today if grain == Grain.DAY else period_of(grain, today, company).end


def progress(grains=tuple(Grain)):
    """`{(slug, grain): SnapshotProgress}` of the declared KPIs at their present version."""
    rows = SnapshotProgress.objects.filter(grain__in=grains)
    return {(row.kpi, row.grain): row for row in rows if row.kpi in KPIS and row.version == KPIS[row.kpi].version}


def missing(today, company):
    """`(grain, since, until, slugs)`: stretches without snapshots, before and after what there is."""
    first, known = origin(today), progress()
    stretches = defaultdict(list)
    for grain in Grain:
        begin, end = period_of(grain, min(first, today), company).start, horizon(grain, today, company)
        for slug in KPIS:
            row = known.get((slug, grain))
            since, until = (row.since, row.until) if row else (begin, begin)
            if until < end:
                stretches[grain, until, end].append(slug)
            if begin < since:
                stretches[grain, begin, since].append(slug)
    return [(*stretch, slugs) for stretch, slugs in stretches.items()]


def uncounted(limit):
    """`(ids, {label: days})` of the events whose days have not been looked at again yet."""
    waiting = Event.objects.filter(counted_at=None).order_by("id")
    rows = list(waiting.values_list("id", "kind", "subject_id", "touches")[:limit])
    touched = defaultdict(set)
    for _id, _kind, _subject, touches in rows:
        for label, days in touches.items():
            touched[label].update(date.fromisoformat(day) for day in days)
    assigned = {subject for _id, kind, subject, _touches in rows if kind == "account.assigned"}
    for model, days in days_of_accounts(assigned) if assigned else ():
        touched[model._meta.label_lower] |= days
    return [row[0] for row in rows], touched


def days_of_accounts(ids):
    """Every day these accounts have moved a number: stocks are split by the owner and team of the present, so their
    whole history goes to the new ones. What had been published stays as an earlier revision."""
    for model, column, account in (
        (Movement, "on", "account"),
        (Order, "on", "account"),
        (Account, "first_paid_on", "pk"),
    ):
        days = model.objects.filter(**{f"{account}__in": ids}).values_list(column, flat=True).distinct()
        yield model, {day for day in days if day}


def touched_periods(touched, today, company):
    """`{(grain, start): slugs}` that those days can have changed, as far as they have been published."""
    found = defaultdict(set)
    known = progress()
    for kpi in KPIS.values():
        days = {day for label in kpi.reads for day in touched.get(label, ())}
        for grain in Grain if days else ():
            row = known.get((kpi.slug, grain))
            for start in _starts(grain, days, kpi.lasts, row, company) if row else ():
                found[grain, start].add(kpi.slug)
    return found


def _starts(grain, days, lasts, row, company):
    """The periods that hold one of the days and, where a change lasts, all that follow."""
    if not lasts:
        return {start for day in days if row.since <= (start := period_of(grain, day, company).start) < row.until}
    first = max(min(days), row.since)
    return {period.start for period in periods_between(grain, first, row.until, company) if row.since <= period.start}


def ripe(today, company):
    """`{(grain, start): slugs}` of provisional snapshots that were counted on an earlier day and have since gone on,
    ended, or matured."""
    midnight, _next = day_bounds(today, company.time_zone)
    rows = Snapshot.objects.current().filter(state=Snapshot.State.PROVISIONAL, computed_at__lt=midnight, dimension="")
    found = defaultdict(set)
    for slug, grain, start, end, computed_at in rows.values_list("kpi", "grain", "start", "end", "computed_at"):
        kpi = KPIS.get(slug)
        was_running = end > local_date(computed_at, company.time_zone)
        if kpi and (was_running or end + timedelta(days=kpi.matures(company)) <= today):
            found[grain, start].add(slug)
    return found


def chunks(wanted, company):
    """`(grain, consecutive periods, slugs)` out of `{(grain, start): slugs}`, none longer than `CHUNK`."""
    runs = []
    for (grain, start), slugs in sorted(wanted.items()):
        period = period_of(grain, start, company)
        if runs:
            last_grain, periods, same = runs[-1]
            follows = last_grain == grain and same == slugs and periods[-1].end == period.start
            if follows and len(periods) < CHUNK[grain]:
                periods.append(period)
                continue
        runs.append((grain, [period], slugs))
    return runs
