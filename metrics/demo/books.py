"""What it costs, by category and, for marketing, by source; and what people want to reach."""

from datetime import timedelta

from crm.periods import Grain, add_months, period_of
from metrics.actions import expenses, goals
from metrics.demo.catalogue import SOURCES
from metrics.demo.pipeline import MONTHS
from metrics.models import Expense, Goal

Category = Expense.Category
MONTHLY = (  # category, name, whole units in the last month
    (Category.SALES, "Travel and commissions", 2_100),
    (Category.RETENTION, "Customer care", 1_350),
    (Category.SOFTWARE, "CRM hosting", 240),
)
MARKETING = {"google-ads": 950, "linkedin": 620, "webinar": 260, "trade-fair": 480}


def keep(agenda, house):
    """Month by month, growing with the company; every number wavers a little."""
    first = agenda.today.replace(day=1)
    names = {key: name for name, key, *_rest in SOURCES}
    for back in range(MONTHS, -1, -1):
        start = add_months(first, -back)
        growth = 100 - back * 2
        for category, name, amount in MONTHLY:
            spend(agenda, house, start, amount * growth, category=category, name=name)
        for key, amount in MARKETING.items():
            facts = {"category": Category.MARKETING, "name": names[key], "source": house.sources[key]}
            spend(agenda, house, start, amount * growth, **facts)
        agenda.note(agenda.office(start))


def spend(agenda, house, start, cents, **facts):
    amount = cents * agenda.random.randint(85, 115) // 100
    ends_on = add_months(start, 1) - timedelta(days=1)
    expenses.add(amount=amount, starts_on=start, ends_on=ends_on, by=house.admin, **facts)


def set_goals(house):
    """What the company, a team and a person want to reach this quarter and this month."""
    company, manager, rep = house.company, house.people["manager@demo.test"], house.people["rep@demo.test"]
    quarter, month = (period_of(grain, company.today(), company) for grain in (Grain.QUARTER, Grain.MONTH))
    team = {"dimension": "team", "member": str(rep.team_id)}
    own = {"dimension": "owner", "member": str(rep.pk)}
    wanted = (
        (house.admin, quarter, {"kpi": "mrr", "target": Goal.Target.RELATIVE, "target_change": 8}),
        (house.admin, quarter, {"kpi": "cac", "target_value": 1100}),
        (house.admin, month, {"kpi": "customer_churn_rate", "target_value": 2}),
        (manager, quarter, {"kpi": "win_rate", "target_value": 40}),
        (manager, quarter, {"kpi": "deals_won", "target_value": 6} | team),
        (rep, quarter, {"kpi": "revenue_won", "target_value": 30_000} | own),
    )
    for by, period, facts in wanted:
        goals.add(by=by, starts_on=period.start, ends_on=period.end, **facts)
