"""Customers: who comes, who stays, what one costs and is worth. Formulas: docs/kpis.md, "Revenue and customers"."""

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Movement, Order
from crm.models import Company
from metrics import ledger_measures as behind
from metrics.catalogue.revenue import apv, ordered, orders
from metrics.expenses import Spent
from metrics.kpi import COUNT, DOWN, KPI, MONEY, PERCENT, RATIO, UP, YEARS, Band, Example, Lifespan, Product, percent
from metrics.ledger import CUSTOMERS, EARLY, FIRST, LOSSES, LOST
from metrics.ledger_measures import OF_ACCOUNT, CustomerAge, Ledger, Pooled
from metrics.measures import MINOR, Distinct, Flow, scaled
from metrics.models import Expense

GROUP = "customers"
NONE_AT_START = _("there were no customers when this period began")

# Measures

customers_at_start = Ledger(
    read=lambda row, i: row[CUSTOMERS][i], behind=behind.active_at_start, kind="S", none=NONE_AT_START
)
customers_at_end = Ledger(
    read=lambda row, i: row[CUSTOMERS][i + 1],
    behind=behind.active_at_end,
    kind="S",
    none=_("there were no customers at the end of this period"),
)
customers_lost = Ledger(read=lambda row, i: row[LOST][i], behind=behind.lost)
customers_stayed = Ledger(read=lambda row, i: row[CUSTOMERS][i] - row[LOST][i], behind=behind.stayed)
lost_or_early = Ledger(read=lambda row, i: row[LOST][i] + row[EARLY][i], behind=behind.lost_or_early)
losses = Ledger(read=lambda row, i: row[LOSSES][i], behind=behind.losses)
start_or_first = Ledger(
    read=lambda row, i: row[CUSTOMERS][i] + row[FIRST][i],
    behind=behind.start_or_first,
    none=_("there were no customers when this period began, and none came"),
)
pooled_at_start = Pooled(
    read=customers_at_start.read,
    behind=behind.active_at_start,
    none=_("there were no customers in the twelve months before"),
)
pooled_lost = Pooled(
    read=customers_lost.read, behind=behind.lost, none=_("nobody has left in the twelve months before")
)
customer_age = CustomerAge()

new_paying = Flow(
    source=lambda: Account.objects.alive(),
    on="first_paid_on",
    dimensions=OF_ACCOUNT,
    reads=(Account, Movement, Order),
    none=_("there were no new customers in this period"),
)
acquisition_cost = Spent(categories=Expense.ACQUISITION, scale=MINOR, dimensions={"source": "source__key"})
orders_of_the_year = orders.trailing(months=12)
buyers_of_the_year = Distinct(
    inner=Flow(source=ordered, on="on", dimensions=orders.dimensions),
    months=12,
    dimensions=orders.dimensions,
    reads=(Order,),
    lasts=True,
    none=_("nobody ordered in the twelve months before"),
)

# KPIs

active_customers = KPI(
    slug="active_customers",
    name=_("Active customers"),
    group=GROUP,
    unit=COUNT,
    direction=UP,
    question=_("How many customers do we have?"),
    formula=_("customers with an active paid subscription (or a recent order, where the company sells by order)"),
    numerator=customers_at_end,
)
new_customers = KPI(
    slug="new_customers",
    name=_("New customers"),
    group=GROUP,
    unit=COUNT,
    direction=UP,
    question=_("How many customers did we win?"),
    formula=_("customers whose first paid day is in the period"),
    numerator=new_paying,
)
customer_churn_rate = KPI(
    slug="customer_churn_rate",
    name=_("Customer churn rate"),
    group=GROUP,
    unit=PERCENT,
    direction=DOWN,
    question=_("Of the customers we had, how many did we lose?"),
    formula=_("customers active at the start and not at the end / customers at the start"),
    numerator=customers_lost,
    over=customers_at_start,
    variant=Company.ChurnVariant.START_BASE.value,
    headline=lambda company: company.churn_variant,
    example=Example("25 / 500 = 5 %", Fraction(5, 100)),
    bands=(Band(_("exceptional"), **percent(high=5)), Band(_("average"), **percent(10, 15))),
)
churn_with_early_leavers = customer_churn_rate.as_variant(
    "customer_churn_rate_early_leavers",
    Company.ChurnVariant.EARLY_LEAVERS.value,
    name=_("Customer churn rate, with early leavers"),
    formula=_("(customers lost + customers who joined and left inside the period) / customers at the start"),
    numerator=lost_or_early,
)
churn_events = customer_churn_rate.as_variant(
    "customer_churn_rate_events",
    Company.ChurnVariant.EVENTS.value,
    name=_("Customer churn rate, by events"),
    formula=_("every loss in the period / (customers at the start + new customers)"),
    numerator=losses,
    over=start_or_first,
)
retention_rate = KPI(
    slug="retention_rate",
    name=_("Retention rate"),
    group=GROUP,
    unit=PERCENT,
    direction=UP,
    question=_("Of the customers we had, how many did we keep?"),
    formula=_("customers active at the start and at the end / customers at the start"),
    numerator=customers_stayed,
    over=customers_at_start,
)
cac = KPI(
    slug="cac",
    name=_("Customer acquisition cost"),
    group=GROUP,
    unit=MONEY,
    direction=DOWN,
    question=_("What does it cost to win a customer?"),
    formula=_("expenses for sales and marketing / new customers"),
    numerator=acquisition_cost,
    over=new_paying,
    example=Example("100,000 / 500 = 200", Fraction(200)),
    bands=(
        Band(_("exceptional"), high=Fraction(700), trade="saas"),
        Band(_("above average"), Fraction(700), Fraction(1000), trade="saas"),
        Band(_("typical"), Fraction(1000), Fraction(1500), trade="saas"),
        Band(_("exceptional"), high=Fraction(5), trade="ecommerce"),
        Band(_("above average"), Fraction(5), Fraction(10), trade="ecommerce"),
        Band(_("typical"), Fraction(10), Fraction(30), trade="ecommerce"),
    ),
    note=_("An expense that covers a span is spread evenly over its days."),
)
purchase_frequency = KPI(
    slug="purchase_frequency",
    name=_("Purchase frequency"),
    group=GROUP,
    unit=RATIO,
    direction=UP,
    question=_("How often does a customer order in a year?"),
    formula=_("orders of the twelve months up to the end of the period / customers who ordered in them"),
    numerator=orders_of_the_year,
    over=buyers_of_the_year,
)
customer_lifespan = Lifespan(
    slug="customer_lifespan",
    name=_("Customer lifespan"),
    group=GROUP,
    unit=YEARS,
    direction=UP,
    question=_("How many years does a customer stay?"),
    formula=_("1 / monthly churn pooled over the last twelve whole months (Σ lost / Σ at start) / 12"),
    numerator=pooled_at_start,
    over=scaled(pooled_lost, 12),
    otherwise=scaled(customer_age, 4),
    per=scaled(customers_at_end, 1461),  # 365.25 days a year, four times over
    remark=_("Nobody has left in the twelve months before: this is the mean age of the customers so far."),
)
VALUE_BANDS = (
    Band(_("typical"), Fraction(500), Fraction(2500)),
    Band(_("above average"), Fraction(2500), Fraction(5000)),
    Band(_("exceptional"), Fraction(5000)),
)
clv = Product(
    slug="clv",
    name=_("Customer lifetime value"),
    group=GROUP,
    unit=MONEY,
    direction=UP,
    question=_("How much does a customer bring over its life with us?"),
    formula=_("average purchase value × purchase frequency × customer lifespan"),
    factors=(apv, purchase_frequency, customer_lifespan),
    example=Example("1,000 × 2 × 3 = 6,000", Fraction(6000)),
    bands=VALUE_BANDS,
)


def discounted(values):
    """The last factor is retention, the one before a lifespan in years. With a yearly discount rate, year n of the
    lifespan (counted from 1, the last one in part) weighs 1 / (1 + rate)^n."""
    apv_, frequency, years, retention = values
    rate = Fraction(Company.current().discount_percent, 100)
    if rate:
        whole, part = divmod(min(years, Fraction(200)), 1)
        weights = [1 / (1 + rate) ** n for n in range(1, int(whole) + 2)]
        years = sum(weights[:-1]) + part * weights[-1]
    return apv_ * frequency * years * retention


cltv_retention_weighted = Product(
    slug="cltv_retention_weighted",
    name=_("Lifetime value, weighted by retention"),
    group=GROUP,
    unit=MONEY,
    direction=UP,
    question=_("How much does a customer bring, if only those who stay count?"),
    formula=_("average purchase value × purchase frequency × customer lifespan × retention rate"),
    factors=(apv, purchase_frequency, customer_lifespan, retention_rate),
    weigh=discounted,
    example=Example("100 × 4 × 5 × 0.8 = 1,600", Fraction(1600)),
    bands=VALUE_BANDS,
    note=_(
        "Retention counts twice here: the lifespan already contains it. A discount rate can be set for the company."
    ),
)
