"""What it costs: expenses of every month by category and, for marketing, by source."""

from datetime import timedelta

from crm.periods import add_months
from metrics.demo.catalogue import SOURCES
from metrics.demo.pipeline import MONTHS
from metrics.models import Expense

Category = Expense.Category
MONTHLY = (  # category, name, whole units in the last month
    (Category.SALES, "Travel and commissions", 2_100),
    (Category.RETENTION, "Customer care", 1_350),
    (Category.SOFTWARE, "CRM hosting", 240),
)
MARKETING = {"google-ads": 950, "linkedin": 620, "webinar": 260, "trade-fair": 480}


def keep(agenda, house):
    """Month by month, growing with the company; every number wavers a little."""
    rows = []
    first = agenda.today.replace(day=1)
    names = {key: name for name, key, *_rest in SOURCES}
    for back in range(MONTHS, -1, -1):
        start = add_months(first, -back)
        end = add_months(start, 1) - timedelta(days=1)
        growth = 100 - back * 2
        for category, name, amount in MONTHLY:
            rows.append(entry(agenda, category, name, amount * growth, start, end))
        for key, amount in MARKETING.items():
            row = entry(agenda, Category.MARKETING, names[key], amount * growth, start, end)
            row.source = house.sources[key]
            rows.append(row)
    Expense.objects.bulk_create(rows)


def entry(agenda, category, name, cents, start, end):
    amount = cents * agenda.random.randint(85, 115) // 100
    return Expense(category=category, name=name, amount=amount, starts_on=start, ends_on=end, created_at=agenda.now)
