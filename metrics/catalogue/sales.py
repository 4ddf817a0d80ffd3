"""Sales: leads and deals. The formulas are those of docs/kpis.md, "Sales"."""

from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.models import Deal, Lead
from metrics.kpi import COUNT, DAYS, DOWN, KPI, MONEY, PERCENT, UP, Band, Example, Quantile, percent
from metrics.measures import DAYS as IN_DAYS
from metrics.measures import MINOR, Days, Flow

GROUP = "sales"
OF_LEAD = {"owner": "owner", "team": "team", "source": "source__key", "product": "product", "country": "country"}
OF_DEAL = {
    "owner": "owner",
    "team": "team",
    "source": "source__key",
    "product": "product",
    "country": "account__country",
    "industry": "account__industry",
}

# Measures


def closed():
    return Deal.objects.alive().exclude(status=Deal.Status.OPEN)


def won():
    return Deal.objects.alive().won()


NONE_WON = _("no deals were won in this period")
leads_made = Flow(
    source=lambda: Lead.objects.alive(),
    on="created_on",
    dimensions=OF_LEAD,
    reads=(Lead,),
    none=_("no leads were created in this period"),
)
leads_converted = Flow(
    source=lambda: Lead.objects.alive().filter(customer_on__isnull=False),
    on="created_on",
    kind="cohort",
    dimensions=OF_LEAD,
    reads=(Lead,),
)
won_deals = Flow(source=won, on="closed_on", dimensions=OF_DEAL, reads=(Deal,), none=NONE_WON)
closed_deals = Flow(
    source=closed, on="closed_on", dimensions=OF_DEAL, reads=(Deal,), none=_("no deals were closed in this period")
)
won_value = Flow(source=won, on="closed_on", amount="value", scale=MINOR, dimensions=OF_DEAL, reads=(Deal,))
deals_made = Flow(
    source=lambda: Deal.objects.alive(),
    on="created_on",
    kind="cohort",
    dimensions=OF_DEAL,
    reads=(Deal,),
    none=_("no deals were created in this period"),
)
made_and_won = Flow(source=won, on="created_on", kind="cohort", dimensions=OF_DEAL, reads=(Deal,))
cycle_days = Flow(
    source=won,
    on="closed_on",
    amount=Days("first_contact_on", "closed_on"),
    scale=IN_DAYS,
    dimensions=OF_DEAL,
    reads=(Deal,),
    none=NONE_WON,
)

# KPIs

leads_created = KPI(
    slug="leads_created",
    name=_("Leads created"),
    group=GROUP,
    unit=COUNT,
    direction=UP,
    question=_("How many leads came in?"),
    formula=_("leads created in the period"),
    numerator=leads_made,
)
lead_conversion_rate = KPI(
    slug="lead_conversion_rate",
    name=_("Lead conversion rate"),
    group=GROUP,
    unit=PERCENT,
    direction=UP,
    question=_("How many of our leads become paying customers?"),
    formula=_("leads created in the period whose account became a paying customer / leads created in the period"),
    numerator=leads_converted,
    over=leads_made,
    matures=lambda company: company.conversion_window_days,
    example=Example("20 / 100 = 20 %", Fraction(20, 100)),
    bands=(Band(_("average"), **percent(2, 5)), Band(_("high"), **percent(10))),
    note=_("Leads belong to the period they were created in; young ones may still convert."),
)
deals_won = KPI(
    slug="deals_won",
    name=_("Deals won"),
    group=GROUP,
    unit=COUNT,
    direction=UP,
    question=_("How many deals did we win?"),
    formula=_("deals won, by the day they were closed"),
    numerator=won_deals,
)
revenue_won = KPI(
    slug="revenue_won",
    name=_("Revenue won"),
    group=GROUP,
    unit=MONEY,
    direction=UP,
    question=_("How much are the deals worth that we won?"),
    formula=_("value of the deals won, by the day they were closed"),
    numerator=won_value,
)
win_rate = KPI(
    slug="win_rate",
    name=_("Win rate"),
    group=GROUP,
    unit=PERCENT,
    direction=UP,
    question=_("How many of the deals that were decided did we win?"),
    formula=_("deals won / (deals won + deals lost), closed in the period"),
    numerator=won_deals,
    over=closed_deals,
    variant="closed",
)
win_rate_of_created = win_rate.as_variant(
    "win_rate_created",
    "created",
    name=_("Win rate, of deals created"),
    question=_("How many of the deals we opened have we won?"),
    formula=_("deals created in the period and won since / deals created in the period"),
    numerator=made_and_won,
    over=deals_made,
)
sales_cycle_length = KPI(
    slug="sales_cycle_length",
    name=_("Sales cycle length"),
    group=GROUP,
    unit=DAYS,
    direction=DOWN,
    question=_("How long does it take from first contact to a won deal?"),
    formula=_("days from first contact to closing / deals won"),
    numerator=cycle_days,
    over=won_deals,
    variant="mean",
    bands=(Band(_("usual between companies, 3 to 6 months"), Fraction(90), Fraction(183)),),
)
QUANTILE: dict[str, Any] = {
    "group": GROUP,
    "unit": DAYS,
    "direction": DOWN,
    "numerator": cycle_days,
    "variant_of": sales_cycle_length.slug,
}
sales_cycle_median = Quantile(
    slug="sales_cycle_length_median",
    name=_("Sales cycle length, median"),
    question=_("How long does the typical won deal take from first contact?"),
    formula=_("median of the days from first contact to closing, of the deals won"),
    q=Fraction(1, 2),
    variant="median",
    **QUANTILE,
)
sales_cycle_p90 = Quantile(
    slug="sales_cycle_length_p90",
    name=_("Sales cycle length, 90th percentile"),
    question=_("Within how many days are nine in ten won deals closed?"),
    formula=_("90th percentile of the days from first contact to closing, of the deals won"),
    q=Fraction(9, 10),
    variant="p90",
    **QUANTILE,
)
average_deal_value = KPI(
    slug="average_deal_value",
    name=_("Average deal value"),
    group=GROUP,
    unit=MONEY,
    direction=UP,
    question=_("How much is a won deal worth?"),
    formula=_("value of the deals won / deals won"),
    numerator=won_value,
    over=won_deals,
)
