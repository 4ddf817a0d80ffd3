"""Snapshots of two years against hand-written SQL for the same aggregates, and a night on ten times the history.

    DATABASE_URL=postgres://… SECRET_KEY=… python bench/metrics.py [rate]

`rate` multiplies what happens on a day (10 accounts, 60 leads, 20 deals, 40 orders at 1). Makes a database of its own
beside the given one, see bench/load.py. Both sides of a ratio are measured in this run, on this data.
"""

import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta

from load import ROOT, fresh_database

PER_DAY = {"accounts": 10, "leads": 60, "deals": 20, "orders": 40}
BOUND_REBUILD, BOUND_NIGHT = 3.0, 1.3
NIGHTS = 3  # in a row, of which the fastest counts
GRAINS = ("day", "week", "month", "quarter", "year")
SPLITS = ("owner_id", "team_id")

FLOWS = [
    ("leads_lead", "created_on", "count(*), count(customer_on)", "trashed_at IS NULL"),
    (
        "leads_deal",
        "closed_on",
        """count(*), count(*) FILTER (WHERE status = 'won'), sum(value) FILTER (WHERE status = 'won'),
        sum(closed_on - first_contact_on) FILTER (WHERE status = 'won'),
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY closed_on - first_contact_on) FILTER (WHERE status = 'won')""",
        "trashed_at IS NULL AND closed_on IS NOT NULL",
    ),
    ("leads_deal", "created_on", "count(*), count(*) FILTER (WHERE status = 'won')", "trashed_at IS NULL"),
    ("accounts_order", '"on"', "sum(amount), count(*) FILTER (WHERE kind <> 'refund')", "true"),
    ("accounts_account", "first_paid_on", "count(*)", "trashed_at IS NULL AND first_paid_on IS NOT NULL"),
]
FLOW = """SELECT date_trunc('{grain}', {on}), {member} count(*), {sums} FROM {table}
WHERE {where} AND {on} >= %(start)s AND {on} < %(end)s GROUP BY {groups}"""
COSTS = """SELECT date_trunc('{grain}', day), sum(amount / (ends_on - starts_on + 1)::numeric)
FROM metrics_expense, generate_series(starts_on, ends_on, interval '1 day') AS day
WHERE day >= %(start)s AND day < %(end)s GROUP BY 1"""
EDGES = """edges AS (SELECT day::date AS day, (day + interval '1 {grain}')::date AS until
FROM generate_series(date_trunc('{grain}', %(start)s::date), %(end)s::date - 1, interval '1 {grain}') AS day)"""
YEARS = """WITH {edges} SELECT day, {member} count(*), count(DISTINCT account_id) FROM edges JOIN accounts_order
ON "on" >= until - interval '12 months' AND "on" < until AND kind <> 'refund' GROUP BY {groups}"""
LEDGER = """WITH {edges},
opened AS (SELECT day, account_id, sum(mrr) AS mrr FROM edges JOIN accounts_mrrinterval ON start_on < day AND end_on >= day GROUP BY 1, 2),
closed AS (SELECT day, account_id, sum(mrr) AS mrr FROM edges JOIN accounts_mrrinterval ON start_on < until AND end_on >= until GROUP BY 1, 2),
firsts AS (SELECT account_id, min(start_on) AS first FROM accounts_mrrinterval GROUP BY 1)
SELECT day, {member} sum(o), sum(c), count(*) FILTER (WHERE o > 0), count(*) FILTER (WHERE c > 0),
  count(*) FILTER (WHERE o > 0 AND c = 0), sum(c) FILTER (WHERE o = 0 AND first >= day), sum(c) FILTER (WHERE o = 0 AND first < day),
  sum(c - o) FILTER (WHERE o > 0 AND c > o), sum(o - c) FILTER (WHERE c > 0 AND c < o), sum(o) FILTER (WHERE c = 0),
  sum(c) FILTER (WHERE o > 0), sum(least(o, c)) FILTER (WHERE o > 0)
FROM (SELECT day, account_id, coalesce(opened.mrr, 0) AS o, coalesce(closed.mrr, 0) AS c FROM opened FULL JOIN closed USING (day, account_id)) AS states
JOIN firsts USING (account_id) JOIN accounts_account ON accounts_account.id = account_id GROUP BY {groups}"""


def by_hand(connection, start, end):
    """Seconds for the aggregates that the snapshots of all KPIs hold, read but not written."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement, {"start": start, "end": end})
            cursor.fetchall()
    return time.perf_counter() - began


def statements():
    for grain in GRAINS:
        edges = EDGES.format(grain=grain).replace("1 quarter", "3 months")
        yield (COSTS.format(grain=grain))
        for member in ("", *(SPLITS if grain in GRAINS[2:] else ())):
            shape = {"grain": grain, "member": f"{member}," if member else "", "groups": "1, 2" if member else "1"}
            for table, on, sums, where in FLOWS:
                yield (FLOW.format(table=table, on=on, sums=sums, where=where, **shape))
            yield (YEARS.format(edges=edges, **shape))
            yield (LEDGER.format(edges=edges, **shape))


def copy(connection, model, rows):
    """COPY rows of `{attname: value}`, everything else at its default."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as out:
        for row in rows:
            values = (row.get(f.attname, f.get_default()) for f in fields)
            out.write_row([str(v).replace("'", '"') if isinstance(v, list | dict) else v for v in values])


def company(connection, start, end, rate, ids):
    """What happened from `start` up to `end`. Customers stay 40 to 400 days, so their number is soon steady."""
    from accounts.models import Account, MrrInterval, Order, Subscription
    from crm.periods import FOREVER
    from leads.models import Deal, Lead

    chance = random.Random(start.toordinal())
    days = [start + timedelta(days=n) for n in range((end - start).days)]

    def daily(noun):
        return (
            (day, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
            for day in days
            for _ in range(PER_DAY[noun] * rate)
        )

    def owned():
        owner = chance.choice(ids["owners"])
        return {"owner_id": owner, "team_id": ids["teams"][owner % len(ids["teams"])]}

    copy(connection, Account, (
        {"name": "x", "status": "customer", "first_paid_on": day, "created_at": at, "created_on": day, "source": chance.choice(["web", "fair"]), "external_id": None, **owned()}
        for day, at in daily("accounts")
    ))  # fmt: skip
    accounts = list(
        Account.objects.filter(created_on__gte=start, created_on__lt=end).order_by("pk").values_list("pk", "created_on")
    )
    copy(
        connection,
        Subscription,
        (
            {"account_id": pk, "product_id": ids["product"], "price": 100, "started_on": on, "external_id": None}
            for pk, on in accounts
        ),
    )
    subscriptions = dict(Subscription.objects.filter(account__created_on__gte=start).values_list("account_id", "pk"))
    spans = []
    for pk, on in accounts:
        middle = on + timedelta(days=chance.randint(20, 200))
        last = middle + timedelta(days=chance.randint(20, 200))
        common = {"account_id": pk, "subscription_id": subscriptions[pk], "product_id": ids["product"]}
        spans.append({"start_on": on, "end_on": middle, "mrr": chance.randint(1, 9) * 10**7, **common})
        spans.append(
            {
                "start_on": middle,
                "end_on": last if last < ids["today"] else FOREVER,
                "mrr": chance.randint(1, 9) * 10**7,
                **common,
            }
        )
    copy(connection, MrrInterval, (span for span in spans if span["start_on"] < ids["today"]))
    if not accounts:
        return
    copy(
        connection,
        Order,
        (
            {
                "account_id": chance.choice(accounts)[0],
                "on": day,
                "amount": chance.randint(1, 10**6),
                "external_id": None,
                **owned(),
            }
            for day, _at in daily("orders")
        ),
    )
    copy(connection, Lead, (
        {"name": "x", "created_at": at, "created_on": day, "customer_on": day if chance.random() < 0.1 else None, "external_id": None, **owned()}
        for day, at in daily("leads")
    ))  # fmt: skip
    copy(connection, Deal, (deal(chance, day, at, ids) | owned() for day, at in daily("deals")))


def deal(chance, day, at, ids):
    closed = day + timedelta(days=chance.randint(5, 90))
    state = (
        {"status": chance.choice(["won", "lost"]), "closed_on": closed, "closed_at": at}
        if closed < ids["today"]
        else {"status": "open"}
    )
    made = {
        "name": "x",
        "stage_id": ids["stage"],
        "value": chance.randint(1, 10**7),
        "created_at": at,
        "created_on": day,
    }
    return {**made, "first_contact_on": day - timedelta(days=chance.randint(0, 9)), "external_id": None, **state}


def fastest_night(connection, today, rate, ids):
    return min(night(connection, today + timedelta(days=n), rate, ids) for n in range(1, NIGHTS + 1))


def night(connection, today, rate, ids):
    """Seconds of a night after an ordinary day with its events."""
    from accounts.models import Account, MrrInterval, Order
    from crm.models import Event
    from leads.models import Deal, Lead
    from metrics.actions import snapshots

    yesterday = today - timedelta(days=1)
    ids = ids | {"today": today}
    company(connection, yesterday, today, rate, ids)
    connection.cursor().execute("ANALYZE")
    days = [yesterday.isoformat()]
    touched = {
        "leads.lead": Lead,
        "leads.deal": Deal,
        "accounts.movement": MrrInterval,
        "accounts.order": Order,
        "accounts.account": Account,
    }
    Event.objects.bulk_create(
        Event(kind="bench", subject_label=label, subject_id=1, at=datetime.now(UTC), touches={label: days})
        for label in touched
        for _ in range(40 * rate)
    )
    began = time.perf_counter()
    snapshots.catch_up(today)
    return time.perf_counter() - began


def main():
    rate = int(sys.argv[1]) if sys.argv[1:] else 1
    with fresh_database():
        sys.path.insert(0, str(ROOT))
        os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
        import django

        django.setup()
        from django.db import connection

        from accounts.models import Product, Team, User
        from crm.models import Company
        from leads.actions import pipelines
        from metrics.actions import snapshots
        from metrics.models import Expense, Snapshot, SnapshotProgress

        today = Company.current().today()
        teams = [Team.objects.create(name=f"Team {n}").pk for n in range(4)]
        owners = [User.objects.create(email=f"{n}@example.test", name=f"Owner {n}").pk for n in range(20)]
        ids = {
            "today": today,
            "teams": teams,
            "owners": owners,
            "product": Product.objects.create(name="Plan").pk,
            "stage": pipelines.first_stage().pk,
        }
        year = timedelta(days=365)
        Expense.objects.bulk_create(
            Expense(category="sales", name="x", amount=10**6 + 1, starts_on=today - timedelta(days=30 * n + 30), ends_on=today - timedelta(days=30 * n + 1))
            for n in range(24)
        )  # fmt: skip
        company(connection, today - year, today, rate, ids)
        snapshots.catch_up(today)
        first = fastest_night(connection, today, rate, ids)
        company(connection, today - 2 * year, today - year, rate, ids)
        connection.cursor().execute("ANALYZE")
        Snapshot.objects.all().delete()
        SnapshotProgress.objects.all().delete()
        began = time.perf_counter()
        written = snapshots.rebuild(today=today)
        rebuilt = time.perf_counter() - began
        print("| what | this | against | ratio | bound | met |\n|---|---|---|---|---|---|")
        row(
            f"two years, {written:,} snapshots, against SQL",
            rebuilt,
            by_hand(connection, today - 2 * year, today),
            BOUND_REBUILD,
        )
        for n in range(2, 10):
            company(connection, today - (n + 1) * year, today - n * year, rate, ids)
        connection.cursor().execute("ANALYZE")
        today += timedelta(days=NIGHTS)
        snapshots.catch_up(today)
        last = fastest_night(connection, today, rate, ids)
        connection.close()
        row("a night on ten years, against one year", last, first, BOUND_NIGHT)


def row(what, this, against, bound):
    met = this <= bound * against
    print(
        f"| {what} | {this:.2f} s | {against:.2f} s | {this / against:.2f}× | {bound}× | {'yes' if met else 'NO'} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
