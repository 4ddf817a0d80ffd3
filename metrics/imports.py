"""What can be imported of metrics: expenses."""

from datetime import timedelta

from django.utils.translation import gettext as _

from crm.imports import nouns
from crm.imports.nouns import Field, Noun
from metrics.models import Expense

LONGEST = 3660  # days


@nouns.register
class ExpenseNoun(Noun):
    """`ends_on` is the last day; without it the expense belongs to one day."""

    name, model, order = "expense", Expense, 50
    fields = {
        "category": Field(nouns.CHOICE, choices=tuple(Expense.Category.values), required=True),
        "name": Field(limit=200, required=True),
        "amount": Field(nouns.MONEY, required=True),
        "starts_on": Field(nouns.DATE, required=True),
        "ends_on": Field(nouns.DATE),
        "source": Field(nouns.REFERENCE, noun="source"),
        "campaign": Field(nouns.REFERENCE, noun="campaign"),
    }

    def check(self, row, run):
        ends_on = row.get("ends_on", row["starts_on"])
        if ends_on < row["starts_on"]:
            yield "ends_on", _("It ends before it starts.")
        elif (ends_on - row["starts_on"]).days > LONGEST:
            yield "ends_on", _("An expense may cover ten years at most.")

    def build(self, row, run):
        return Expense(currency=run.company.currency, **{"ends_on": row["starts_on"]} | row)

    def touches(self, expense):
        count = (expense.ends_on - expense.starts_on).days + 1
        return {Expense: [expense.starts_on + timedelta(days=n) for n in range(count)]}
