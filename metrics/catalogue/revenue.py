"""Revenue: the MRR ledger, and what is charged. The formulas are those of docs/kpis.md, "Revenue and customers"."""

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from accounts.models import Order
from metrics import ledger
from metrics import ledger_measures as behind
from metrics.kpi import DOWN, KPI, MONEY, PERCENT, UP, Band, Example, percent
from metrics.ledger import CHURN, CONTRACTION, EXPANSION, JOINED, MRR, NEW, REACTIVATION, REDUCED
from metrics.ledger_measures import OF_ACCOUNT, Ledger
from metrics.measures import MICROS, MINOR, Flow

GROUP = "revenue"

# Measures

mrr_at_start = Ledger(
    read=lambda row, i: row[MRR][i],
    behind=behind.opening,
    scale=MICROS,
    kind="S",
    none=_("there was no MRR when this period began"),
)
mrr_at_end = Ledger(read=lambda row, i: row[MRR][i + 1], behind=behind.closing, scale=MICROS, kind="S")
mrr_change = Ledger(read=lambda row, i: row[MRR][i + 1] - row[MRR][i], behind=behind.net, scale=MICROS)
mrr_new = Ledger(read=lambda row, i: row[NEW][i], behind=behind.new, scale=MICROS)
mrr_expanded = Ledger(read=lambda row, i: row[EXPANSION][i], behind=behind.expansion, scale=MICROS)
mrr_contracted = Ledger(read=lambda row, i: row[CONTRACTION][i], behind=behind.contraction, scale=MICROS)
mrr_churned = Ledger(read=lambda row, i: row[CHURN][i], behind=behind.churn, scale=MICROS)
mrr_reactivated = Ledger(read=lambda row, i: row[REACTIVATION][i], behind=behind.reactivation, scale=MICROS)
mrr_retained = Ledger(read=lambda row, i: row[MRR][i + 1] - row[JOINED][i], behind=behind.retained, scale=MICROS)
mrr_kept = Ledger(read=lambda row, i: row[MRR][i] - row[REDUCED][i], behind=behind.kept, scale=MICROS)

OF_ORDER = OF_ACCOUNT | {"source": "account__source", "country": "account__country", "industry": "account__industry"}


def charged():
    return Order.objects.filter(ledger.untrashed())


def ordered():
    return charged().exclude(kind=Order.Kind.REFUND)


revenue = Flow(
    source=charged,
    on="on",
    amount="amount",
    scale=MINOR,
    dimensions=OF_ORDER | {"product": "product"},
    reads=(Order,),
)
orders = Flow(
    source=ordered,
    on="on",
    dimensions=OF_ORDER | {"product": "product"},
    reads=(Order,),
    none=_("nothing was ordered in this period"),
)

# KPIs

mrr = KPI(
    slug="mrr",
    name=_("MRR"),
    group=GROUP,
    unit=MONEY,
    direction=UP,
    question=_("How much do our subscriptions bring in a month?"),
    formula=_("monthly-normalised price of all active subscriptions at the end of the period"),
    numerator=mrr_at_end,
)
new_mrr = KPI(
    slug="new_mrr",
    name=_("New MRR"),
    group=GROUP,
    unit=MONEY,
    direction=UP,
    question=_("How much MRR came from customers who never paid before?"),
    formula=_("MRR at the end of the period of customers whose first paid subscription began in it"),
    numerator=mrr_new,
)
expansion_mrr = KPI(
    slug="expansion_mrr",
    name=_("Expansion MRR"),
    group=GROUP,
    unit=MONEY,
    direction=UP,
    question=_("How much more do customers pay than before?"),
    formula=_("rise in MRR of customers who pay more at the end than at the start, netted per customer"),
    numerator=mrr_expanded,
)
contraction_mrr = KPI(
    slug="contraction_mrr",
    name=_("Contraction MRR"),
    group=GROUP,
    unit=MONEY,
    direction=DOWN,
    question=_("How much less do customers pay who stayed?"),
    formula=_("fall in MRR of customers who pay less at the end than at the start, netted per customer"),
    numerator=mrr_contracted,
)
churned_mrr = KPI(
    slug="churned_mrr",
    name=_("Churned MRR"),
    group=GROUP,
    unit=MONEY,
    direction=DOWN,
    question=_("How much MRR left with customers who left?"),
    formula=_("MRR at the start of the period of customers who pay nothing at its end"),
    numerator=mrr_churned,
)
reactivation_mrr = KPI(
    slug="reactivation_mrr",
    name=_("Reactivation MRR"),
    group=GROUP,
    unit=MONEY,
    direction=UP,
    question=_("How much MRR came back with customers who had left?"),
    formula=_("MRR, at the price they had left with, of customers who returned in the period"),
    numerator=mrr_reactivated,
)
net_new_mrr = KPI(
    slug="net_new_mrr",
    name=_("Net new MRR"),
    group=GROUP,
    unit=MONEY,
    direction=UP,
    question=_("By how much did MRR change in all?"),
    formula=_("new + expansion + reactivation − contraction − churned MRR"),
    numerator=mrr_change,
)
mrr_growth_rate = KPI(
    slug="mrr_growth_rate",
    name=_("MRR growth rate"),
    group=GROUP,
    unit=PERCENT,
    direction=UP,
    question=_("How fast does our MRR grow?"),
    formula=_("(MRR at the end − MRR at the start) / MRR at the start"),
    numerator=mrr_change,
    over=mrr_at_start,
    example=Example("50,000 → 60,000 = 20 %", Fraction(20, 100)),
    bands=(Band(_("average"), **percent(18, 20)), Band(_("exceptional"), **percent(30))),
)
nrr = KPI(
    slug="nrr",
    name=_("Net revenue retention"),
    group=GROUP,
    unit=PERCENT,
    direction=UP,
    question=_("Do the customers we had pay more or less than before?"),
    formula=_("MRR at the end of the customers who paid at the start / MRR at the start"),
    numerator=mrr_retained,
    over=mrr_at_start,
    note=_("Customers who returned are not in it: 1 − net churn would count them."),
)
grr = KPI(
    slug="grr",
    name=_("Gross revenue retention"),
    group=GROUP,
    unit=PERCENT,
    direction=UP,
    question=_("How much of the MRR we had did we keep, without any upgrades?"),
    formula=_(
        "MRR at the end of the customers who paid at the start, each at most its MRR at the start / MRR at the start"
    ),
    numerator=mrr_kept,
    over=mrr_at_start,
)
apv = KPI(
    slug="apv",
    name=_("Average purchase value"),
    group=GROUP,
    unit=MONEY,
    direction=UP,
    question=_("How much does an order bring?"),
    formula=_("revenue / orders"),
    numerator=revenue,
    over=orders,
    example=Example("10,000 / 100 = 100", Fraction(100)),
    note=_("Refunds lower revenue and are not orders."),
)
