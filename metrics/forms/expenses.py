from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.fields import AmountField
from accounts.forms.subscriptions import day_field
from crm.forms import TidyTextMixin
from leads.models import Campaign, Source
from metrics.models import Expense


class ExpenseForm(TidyTextMixin, forms.ModelForm):
    wide = ("name",)
    amount = AmountField(label=gettext_lazy("Amount"), help_text=gettext_lazy("In whole units: 1200 or 1200.50."))
    starts_on = day_field(label=gettext_lazy("From"))
    ends_on = day_field(label=gettext_lazy("To"), help_text=gettext_lazy("The last day. Spread evenly over the days."))

    class Meta:
        model = Expense
        fields = ["name", "category", "amount", "starts_on", "ends_on", "source", "campaign"]
        widgets = {"name": forms.TextInput({"autofocus": True})}

    def __init__(self, *args, user, record=None, **kwargs):
        super().__init__(*args, **kwargs)
        for name, model in (("source", Source), ("campaign", Campaign)):
            self.fields[name].queryset = model.objects.visible_to(user).order_by("name")
            self.fields[name].empty_label = "—"

    def clean(self):
        found = super().clean()
        first, last = found.get("starts_on"), found.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("It ends before it begins."))
        return found
