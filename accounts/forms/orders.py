from django import forms
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.fields import AmountField, PickField
from accounts.forms.subscriptions import StepForm, day_field
from accounts.models import Account, Order, Product

CHARGES = [choice for choice in Order.Kind.choices if choice[0] != Order.Kind.REFUND]


class OrderForm(StepForm):
    wide = ("account", "note")
    account = PickField(label=gettext_lazy("Account"), only_changeable=True)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=CHARGES)
    product = forms.ModelChoiceField(
        label=gettext_lazy("Product"), required=False, queryset=Product.objects.none(), empty_label="—"
    )
    amount = AmountField(
        label=gettext_lazy("Amount"), minimum=1, help_text=gettext_lazy("Net of tax, in whole units: 1200 or 1200.50.")
    )
    on = day_field(label=gettext_lazy("Day"))
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=200)
    field_order = ["account", "kind", "product", "amount", "on", "note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = Account.objects.changeable_by(self.user)
        self.fields["product"].queryset = Product.objects.visible_to(self.user).filter(is_active=True).order_by("name")


class RefundForm(StepForm):
    wide = ("note",)
    amount = AmountField(label=gettext_lazy("Amount"), minimum=1)
    on = day_field(label=gettext_lazy("Day"))
    note = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=200)
    field_order = ["amount", "on", "note"]

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if amount > left_of(self.record):
            raise forms.ValidationError(_("More than is left of this order."))
        return amount


def left_of(order):
    """What can still be given back, in minor units."""
    return order.amount + (order.refunds.aggregate(sum=Sum("amount"))["sum"] or 0)
