"""What can be asked of goals and expenses."""

from django.utils.translation import gettext_lazy as _

from crm import formats, lists
from leads.models import Campaign, Source
from metrics.catalogue import KPIS
from metrics.models import Expense, Goal

TONES = {
    Expense.Category.SALES: "accent",
    Expense.Category.MARKETING: "good",
    Expense.Category.RETENTION: "warn",
    Expense.Category.SOFTWARE: "",
}


class GoalList(lists.List):
    model = Goal
    filters = [
        lists.Choice("kpi", [(slug, kpi.name) for slug, kpi in KPIS.items()], label=_("KPI")),
        lists.Choice("state", Goal.State.choices),
        lists.Dates("starts_on"),
        lists.Dates("ends_on"),
    ]
    sorts = {"ends": ["ends_on"], "newest": ["-created_at"]}
    default_sort = "ends"
    related = ("owner", "team")


def span_of(expense):
    """The days an expense is spread over: "1 Nov – 30 Nov", or the one day."""
    if expense.starts_on == expense.ends_on:
        return formats.day(expense.starts_on)
    return f"{formats.day(expense.starts_on)} – {formats.day(expense.ends_on)}"


class ExpenseList(lists.List):
    model = Expense
    columns = [
        lists.Column("name", kind="name"),
        lists.Column("category", kind="pill", tone=lambda expense: TONES[expense.category], phone="note"),
        lists.Column("span", _("Spread over"), value=span_of, sort="starts", phone="note"),
        lists.Column("source", export="source.name"),
        lists.Column("campaign", export="campaign.name"),
        lists.Column("amount", kind="money", currency="currency", phone="end"),
    ]
    filters = [
        lists.Choice("category", Expense.Category.choices),
        lists.Ref("source", Source),
        lists.Ref("campaign", Campaign),
        lists.Range("amount", scale=100),
        lists.Dates("starts_on", _("begins")),
        lists.Dates("ends_on", _("ends")),
    ]
    sorts = {"starts": ["-starts_on"], "amount": ["-amount"], "name": ["name"]}
    views = {
        "all": lists.View(_("All"), {}),
        "sales": lists.View(_("Sales"), {"category": "sales"}),
        "marketing": lists.View(_("Marketing"), {"category": "marketing"}),
        "retention": lists.View(_("Retention"), {"category": "retention"}),
        "software": lists.View(_("CRM software"), {"category": "software"}),
    }
    default_view = "all"
    related = ("source", "campaign")
    create_url = "expense_create"
    create_label = _("New expense")
    blank_title = _("No expenses yet")
    blank_text = _("What sales, marketing and retention cost. Acquisition cost and return are counted from it.")
