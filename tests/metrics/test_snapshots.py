"""What is published equals what the records say, whatever happens in between."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import accounts, subscriptions
from accounts.models import Movement
from crm.models import Company, Event
from crm.periods import Grain, Period
from metrics import due, engine, published, tasks
from metrics.actions import snapshots
from metrics.catalogue import KPIS
from metrics.models import Snapshot, SnapshotProgress
from tests.factories import LeadFactory
from tests.metrics.published_rows import fresh_rebuild, rows
from tests.metrics.selling import at, build

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)


@pytest.fixture(autouse=True)
def midsummer():
    with time_machine.travel(at(6, 15), tick=False):
        yield


def test_edit_of_one_backdated_movement_changes_exactly_what_it_touches():
    """Only the nightly task runs; snapshots, the tile's value and the records behind it follow."""
    made = build()
    tasks.nightly()
    before = rows()
    march = Period(date(2026, 3, 1), date(2026, 4, 1), "month")
    upgrade = made["subscriptions"][0].movements.get(on=date(2026, 2, 10))
    subscriptions.correct(upgrade, by=made["ann"], on=date(2026, 3, 10), reason="typed the wrong month")
    tasks.nightly()
    after = rows()
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert {slug for slug, *_rest in changed} == {
        "mrr", "expansion_mrr", "net_new_mrr", "mrr_growth_rate", "nrr", "grr"
    }  # fmt: skip
    assert {(start, dimension) for slug, grain, start, dimension, _m in changed if (slug, grain) == ("mrr", "month")} == {
        (date(2026, 2, 1), ""), (date(2026, 2, 1), "owner"), (date(2026, 2, 1), "team")
    }  # fmt: skip
    days = {start for slug, grain, start, *_rest in changed if (slug, grain) == ("mrr", "day")}
    assert days == {date(2026, 2, 10) + timedelta(n) for n in range(28)}
    assert not any(grain in ("quarter", "year") for _slug, grain, *_rest in changed)
    tile = published.history(["expansion_mrr"], "month", march.start, march.end)["expansion_mrr"][march.start]
    assert (tile.value, tile.state, tile.revision) == (150, "restated", 2)
    behind = engine.members("expansion_mrr", "numerator", march)
    assert [(account.name, account.adds) for account in behind] == [("C0", 150_000_000)]
    first = Snapshot.objects.get(kpi="expansion_mrr", grain="month", start=march.start, dimension="", revision=1)
    assert first.numerator == 0 and not first.is_current and first.state == "closed"
    assert after == fresh_rebuild()


def test_night_with_nothing_to_do_is_cheap_and_changes_nothing():
    build()
    tasks.nightly()
    before = list(Snapshot.objects.order_by("pk").values())
    with CaptureQueriesContext(connection) as queries:
        assert snapshots.catch_up() == 0
    assert len(queries) <= 20
    assert list(Snapshot.objects.order_by("pk").values()) == before


def test_published_figures_are_what_the_engine_answers():
    build()
    tasks.nightly()
    company = Company.current()
    assert not Event.objects.filter(counted_at=None).exists()
    for slug, kpi in KPIS.items():
        for grain in (Grain.WEEK, Grain.MONTH, Grain.YEAR):
            found = published.history([kpi], grain, date(2026, 1, 1), date(2026, 7, 1))[slug]
            periods = [due.period_of(grain, start, company) for start in found]
            live = engine.series(kpi, periods)
            for start, figure in found.items():
                wanted = (live[start].numerator, live[start].denominator, live[start].state)
                assert (figure.numerator, figure.denominator, figure.state) == wanted, (slug, start)


def test_missed_nights_are_caught_up_and_periods_close():
    build()
    with time_machine.travel(at(2, 20), tick=False):
        tasks.nightly()
        assert (
            Snapshot.objects.get(kpi="leads_created", grain="month", start="2026-02-01", dimension="").state
            == "provisional"
        )
    tasks.nightly()
    march = Snapshot.objects.filter(kpi="leads_created", dimension="", start="2026-02-01", grain="month")
    assert [(row.state, row.revision) for row in march] == [("closed", 1)]
    assert rows() == fresh_rebuild()


def test_cohort_closes_on_the_day_it_has_matured():
    LeadFactory(at=at(3, 10))
    tasks.nightly()
    wanted = {"kpi": "lead_conversion_rate", "grain": "month", "start": "2026-03-01", "dimension": ""}
    assert Snapshot.objects.get(**wanted).state == "provisional"
    with time_machine.travel(at(6, 30), tick=False):
        tasks.nightly()
        assert Snapshot.objects.get(**wanted).state == "closed"


def test_older_facts_extend_history_backwards():
    LeadFactory(at=at(5, 10))
    tasks.nightly()
    assert SnapshotProgress.objects.get(kpi="mrr", grain="month").since == date(2026, 5, 1)
    LeadFactory(at=at(1, 10))
    tasks.nightly()
    progress = SnapshotProgress.objects.get(kpi="mrr", grain="month")
    assert (progress.since, progress.until) == (date(2026, 1, 1), date(2026, 7, 1))
    assert rows() == fresh_rebuild()


def test_new_version_of_a_definition_is_computed_anew(monkeypatch):
    build()
    tasks.nightly()
    from dataclasses import replace

    monkeypatch.setitem(KPIS, "win_rate", replace(KPIS["win_rate"], version=2, over=KPIS["win_rate_created"].over))
    tasks.nightly()
    current = Snapshot.objects.current().filter(kpi="win_rate")
    assert set(current.values_list("version", flat=True)) == {2}
    february = Snapshot.objects.filter(kpi="win_rate", grain="month", start="2026-02-01", dimension="").order_by(
        "revision"
    )
    assert [(row.version, row.state, row.is_current) for row in february] == [
        (1, "closed", False),
        (2, "restated", True),
    ]
    assert rows() == fresh_rebuild()


def test_member_that_vanishes_and_returns_keeps_its_revisions():
    lead = LeadFactory(at=at(3, 10))
    tasks.nightly()
    wanted = {"kpi": "leads_created", "grain": "month", "start": "2026-03-01", "dimension": "owner"}
    for move in (lead.trash, lead.restore):
        move()
        tasks.nightly()
    found = Snapshot.objects.filter(**wanted).order_by("revision")
    assert [(row.revision, row.is_current) for row in found] == [(1, False), (2, True)]
    assert rows() == fresh_rebuild()


def test_reassigned_account_takes_its_history_along():
    made = build()
    tasks.nightly()
    accounts.assign(made["subscriptions"][0].account, made["bob"], by=made["ann"])
    tasks.nightly()
    february = published.history_by(["mrr"], "month", date(2026, 2, 1), date(2026, 3, 1), "owner")["mrr"][
        date(2026, 2, 1)
    ]
    assert february[str(made["bob"].pk)].value == 350
    hers = {"kpi": "mrr", "grain": "month", "start": "2026-02-01", "dimension": "owner", "member": str(made["ann"].pk)}
    assert Snapshot.objects.get(**hers, revision=1).numerator
    assert rows() == fresh_rebuild()


def test_what_was_reported_then_can_still_be_asked():
    LeadFactory(at=at(3, 10))
    tasks.nightly()
    with time_machine.travel(at(6, 20), tick=False):
        LeadFactory(at=at(3, 11))
        tasks.nightly()
        asked = [["leads_created"], "month", date(2026, 3, 1), date(2026, 4, 1)]
        then, now = published.history(*asked, as_of=at(6, 18)), published.history(*asked)
    assert [found["leads_created"][date(2026, 3, 1)].value for found in (then, now)] == [1, 2]


def test_only_the_events_that_were_read_are_marked(monkeypatch):
    """A change that commits while the night is computing is left for the next one."""
    build()
    tasks.nightly()
    real, late = snapshots.publish, []

    def publish(*args):
        if not late:
            late.append(LeadFactory(at=at(3, 12)))
        return real(*args)

    LeadFactory(at=at(3, 11))
    monkeypatch.setattr(snapshots, "publish", publish)
    snapshots.catch_up()
    assert Event.objects.filter(counted_at=None, subject_id=late[0].pk, kind="lead.added").exists()
    snapshots.catch_up()
    assert not Event.objects.filter(counted_at=None).exists()
    assert rows() == fresh_rebuild()


def test_batches_of_events_are_all_counted(monkeypatch):
    monkeypatch.setattr(snapshots, "EVENTS", 7)
    build()
    tasks.nightly()
    assert not Event.objects.filter(counted_at=None).exists()
    assert rows() == fresh_rebuild()


def test_movement_touches_every_later_period_of_the_ledger_and_no_other():
    build()
    tasks.nightly()
    found = due.touched_periods({Movement._meta.label_lower: {date(2026, 4, 3)}}, TODAY, Company.current())
    months = {start for grain, start in found if grain == "month"}
    assert months == {date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)}
    assert "leads_created" not in set().union(*found.values())


def test_headline_variant_is_published_under_the_slug_that_was_asked_for():
    build()
    tasks.nightly()
    company = Company.current()
    company.churn_variant = "events"
    company.save()
    april = {"start": date(2026, 4, 1), "end": date(2026, 5, 1)}
    found = published.history(["customer_churn_rate", KPIS["customer_churn_rate"]], "month", **april)
    events = published.history(["customer_churn_rate_events"], "month", **april)["customer_churn_rate_events"]
    assert list(events) == [date(2026, 4, 1)]
    assert found["customer_churn_rate"][date(2026, 4, 1)].denominator is not None
