"""Expenses: list, page, forms. For managers and administrators."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.views.pages import FormPage
from crm import formats
from crm.views.detail import RecordView
from crm.views.lists import ListView
from metrics.actions import expenses
from metrics.forms.expenses import ExpenseForm
from metrics.lists import TONES, ExpenseList, span_of
from metrics.models import Expense


class ExpenseListView(ListView):
    list_class = ExpenseList


class ExpenseDetailView(RecordView):
    model = Expense
    related = ("source", "campaign")

    def facts(self):
        expense = self.record
        return [
            (_("Category"), expense.get_category_display()),
            (_("Spread over"), span_of(expense)),
            (_("A day"), self.a_day()),
            (_("Source"), expense.source),
            (_("Campaign"), expense.campaign),
        ]

    def a_day(self):
        expense = self.record
        days = (expense.ends_on - expense.starts_on).days + 1
        words = {"amount": formats.money(expense.amount // days, expense.currency), "count": formats.number(days)}
        return ngettext("%(amount)s for %(count)s day", "%(amount)s a day for %(count)s days", days) % words

    def context(self):
        return super().context() | {
            "tone": TONES[self.record.category],
            "facts_edit_url": reverse("expense_edit", args=[self.record.pk]) if self.may_change else "",
        }


class ExpenseCreateView(FormPage):
    creates = Expense
    form_class = ExpenseForm
    title, submit, lists = gettext_lazy("New expense"), gettext_lazy("Add expense"), "expense_list"

    def act(self, form):
        return expenses.add(by=self.request.user, **form.cleaned_data)

    def back_url(self):
        return reverse("expense_list")


class ExpenseEditView(FormPage):
    model = Expense
    related = ("source", "campaign")
    form_class = ExpenseForm
    title, lists = gettext_lazy("Edit %(name)s"), "expense_list"
    said = gettext_lazy("%(name)s is saved; the numbers of its days are counted again.")

    def act(self, form):
        return expenses.edit(self.record, by=self.request.user, **form.cleaned_data)
