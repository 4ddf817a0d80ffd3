import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm import health
from crm.exceptions import Invalid
from metrics import engine, prove, tasks
from metrics.actions import expenses
from metrics.catalogue import KPIS
from metrics.health import snapshots as snapshot_check
from metrics.models import Expense
from tests.factories import LeadFactory, SourceFactory, UserFactory
from tests.metrics.selling import at

pytestmark = pytest.mark.django_db


def said(*args):
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("slug", prove.provable())
def test_worked_example_holds(slug):
    assert prove.prove(slug).holds


def test_every_worked_example_has_a_scene():
    assert set(prove.SCENES) == {slug for slug, kpi in KPIS.items() if kpi.example}


def test_kpi_command_answers_by_period_and_member():
    LeadFactory(source=SourceFactory(name="Web", key="web"), at=at(1, 5))
    LeadFactory(at=at(2, 5))
    asked = ["kpi", "leads_created", "--start", "2026-01-01", "--end", "2026-03-01", "--by", "source", "--json"]
    found = json.loads(said(*asked))
    assert [(row["start"], row["label"], row["value"]) for row in found] == [
        ("2026-01-01", "Web", 1.0),
        ("2026-02-01", "No source", 1.0),
    ]
    assert "Leads created" in said("kpi", "leads_created")
    assert "customer_churn_rate_events" in said("kpi")


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense",),
        ("mrr", "--by", "x"),
        ("mrr", "--start", "x"),
        ("mrr", "--start", "2026-02-01", "--end", "2026-01-01"),
        ("mrr", "--grain", "none"),
    ],
)
def test_kpi_command_refuses_nonsense(args):
    with pytest.raises(CommandError):
        said("kpi", *args)


def test_snapshot_command():
    LeadFactory(at=at(1, 5))
    assert "snapshots written" in said("snapshot")
    assert said("snapshot").startswith("0 snapshots")
    assert said("snapshot", "--rebuild", "--start", "2026-01-01", "--end", "2026-02-01").startswith("0 snapshots")
    with pytest.raises(CommandError):
        said("snapshot", "--start", "2026-01-01")


def test_health_tells_of_missing_snapshots():
    assert snapshot_check().state == health.DEGRADED
    LeadFactory(at=at(1, 5))
    tasks.nightly()
    assert snapshot_check().state == health.OK


def test_expense_counts_by_day_before_and_after_an_edit():
    ann = UserFactory()
    january, february = (engine.Period(date(2026, n, 1), date(2026, n + 1, 1)) for n in (1, 2))
    expense = expenses.add(
        category=Expense.Category.SALES,
        name="Fair",
        amount=100,
        starts_on=date(2026, 1, 30),
        ends_on=date(2026, 2, 1),
        by=ann,
    )
    cost = [engine.answer("cac", period).numerator for period in (january, february)]
    assert cost == [67, 33]
    expenses.edit(expense, by=ann, starts_on=date(2026, 1, 31))
    assert [engine.answer("cac", period).numerator for period in (january, february)] == [50, 50]
    with pytest.raises(Invalid):
        expenses.edit(expense, by=ann, ends_on=date(2026, 1, 1))
