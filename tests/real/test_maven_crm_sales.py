"""8,800 opportunities: win rate, value and cycle, over all and per agent, as counted independently."""

from datetime import date

import pytest

from accounts.models import Account, Product, User
from crm.models import Company
from crm.periods import Grain, Period, periods_between
from leads.models import Deal, DealStageChange
from metrics import engine

EVER = Period(date(2016, 1, 1), date(2018, 1, 1))


@pytest.fixture(scope="module")
def figures(load):
    return load("maven_crm_sales", currency="USD", time_zone="America/New_York")


def test_maven_win_rate(figures):
    rate = engine.answer("win_rate", EVER)
    assert (rate.numerator, rate.denominator) == (
        figures["stages"]["Won"],
        figures["stages"]["Won"] + figures["stages"]["Lost"],
    )
    assert float(rate.value) == pytest.approx(figures["win_rate_won_over_won_plus_lost"], abs=5e-5)
    of_created = engine.answer("win_rate", Period(date(2016, 1, 1), date(2018, 1, 1)), variant="created")
    assert float(of_created.value) == pytest.approx(figures["win_rate_won_over_all"], abs=5e-5)


def test_maven_won_value_and_cycle(figures):
    assert float(engine.answer("average_deal_value", EVER).value) == pytest.approx(figures["avg_won_deal"], abs=5e-5)
    assert engine.answer("revenue_won", EVER).value == figures["won_value_total"]
    assert float(engine.answer("sales_cycle_length", EVER).value) == pytest.approx(
        figures["avg_cycle_days_won"], abs=5e-4
    )
    assert engine.answer("sales_cycle_length_median", EVER).value == figures["median_cycle_days_won"]


def test_maven_per_agent(figures):
    names = {str(pk): name for pk, name in User.objects.values_list("pk", "name")}
    rates = {names[member]: each for member, each in engine.split("win_rate", EVER, "owner").items()}
    values = {names[member]: each for member, each in engine.split("revenue_won", EVER, "owner").items()}
    found = {
        name: {
            "won": rate.numerator,
            "lost": rate.denominator - rate.numerator,
            "win_rate": pytest.approx(float(rate.value), abs=5.1e-5),
            "won_value": int(values[name].value),
        }
        for name, rate in rates.items()
    }
    assert found == figures["by_agent"]
    without = User.objects.filter(role_grants__role="rep").exclude(pk__in=Deal.objects.values("owner"))
    assert sorted(without.values_list("name", flat=True)) == figures["agents_without_deals"]


def test_maven_per_manager(figures):
    managers = {str(user.team_id): user.name for user in User.objects.filter(role_grants__role="manager")}
    found = {managers[member]: float(each.value) for member, each in engine.split("revenue_won", EVER, "team").items()}
    assert found == figures["won_value_by_manager"]


def test_maven_per_product(figures):
    names = {str(pk): name for pk, name in Product.objects.values_list("pk", "name")}
    found = {names[member]: float(each.value) for member, each in engine.split("revenue_won", EVER, "product").items()}
    assert found == figures["won_value_by_product"]


def test_maven_by_quarter(figures):
    quarters = periods_between(Grain.QUARTER, date(2017, 1, 1), date(2018, 1, 1), Company.current())
    rates = engine.series("win_rate", quarters)
    values = engine.series("revenue_won", quarters)
    name = "{0.year}Q{1}".format
    quarter = {start: name(start, (start.month + 2) // 3) for start in rates}
    assert {quarter[start]: round(float(each.value), 4) for start, each in rates.items()} == figures[
        "win_rate_by_close_quarter"
    ]
    assert {quarter[start]: float(each.value) for start, each in values.items()} == figures[
        "won_value_by_close_quarter"
    ]


def test_maven_stages_and_blank_accounts(figures):
    open_deals = Deal.objects.open()
    stages = {stage: open_deals.filter(stage__name=stage).count() for stage in ("Engaging", "Prospecting")}
    assert stages == {stage: figures["stages"][stage] for stage in stages}
    assert open_deals.filter(account=None).count() == figures["account_blank"]
    assert Account.objects.filter(industry="technolgy").count() == 0
    closing = DealStageChange.objects.filter(status="won")
    assert closing.count() == figures["stages"]["Won"]
    assert str(min(closing.values_list("on", flat=True))) == figures["close_range"][0]
    entered = DealStageChange.objects.filter(to_stage__name="Engaging", status="open")
    assert str(min(entered.values_list("on", flat=True))) == figures["engage_range"][0]


def test_maven_orders_make_customers(figures):
    assert Account.objects.customers().count() == figures["accounts_with_won"]
    assert float(engine.answer("apv", EVER).value) == pytest.approx(figures["apv_per_won_deal_eq_avg_won"], abs=5e-5)
