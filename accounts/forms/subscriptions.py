"""Every step of a subscription as a small form. The views say what it does to MRR before one confirms."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import rules
from accounts.forms.fields import AmountField
from accounts.models import Movement, Product
from accounts.models.product import Billing
from crm.forms import TidyTextMixin
from crm.models import Company

RECURRING = [choice for choice in Billing.choices if choice[0] != Billing.ONCE]


def day_field(**kwargs):
    return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **kwargs)


class StepForm(TidyTextMixin, forms.Form):
    """A step on a day up to today."""

    on = day_field(label=gettext_lazy("From"))

    def __init__(self, *args, user, record=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.record = user, record
        if "on" in self.fields and not self.fields["on"].initial:
            self.fields["on"].initial = lambda: Company.current().today()

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on and on > Company.current().today():
            raise forms.ValidationError(_("This day lies in the future."))
        return on


class TermsForm(StepForm):
    product = forms.ModelChoiceField(
        label=gettext_lazy("Product"), queryset=Product.objects.none(), empty_label=gettext_lazy("Choose a plan")
    )
    quantity = forms.IntegerField(label=gettext_lazy("Quantity"), min_value=1, max_value=rules.MOST_QUANTITY, initial=1)
    billing = forms.ChoiceField(
        label=gettext_lazy("Billed"), choices=[("", gettext_lazy("as the product")), *RECURRING], required=False
    )
    price = AmountField(
        label=gettext_lazy("Price per billing period"),
        required=False,
        help_text=gettext_lazy("For the whole quantity. Empty: the list price."),
    )
    field_order = ["product", "quantity", "price", "billing", "on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = self.products()

    def products(self):
        return (
            Product.objects.visible_to(self.user).filter(is_active=True).exclude(billing=Billing.ONCE).order_by("name")
        )

    def terms(self):
        """What is agreed upon, as the actions take it; what was left empty is theirs to fill in."""
        data = self.cleaned_data
        return {
            "product": data["product"],
            "quantity": data["quantity"],
            "billing": data["billing"] or None,
            "price": data["price"],
        }


class StartForm(TermsForm):
    wide = ("product",)
    trial_ends_on = day_field(
        label=gettext_lazy("Trial until"),
        required=False,
        help_text=gettext_lazy("The first paid day, where it begins with a trial."),
    )
    field_order = ["product", "quantity", "price", "billing", "on", "trial_ends_on"]


class ChangeForm(TermsForm):
    wide = ("product", "reason")
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)
    field_order = ["product", "quantity", "price", "billing", "on", "reason"]

    def __init__(self, *args, record, **kwargs):
        super().__init__(*args, record=record, **kwargs)
        self.fields["billing"].choices = RECURRING
        self.fields["billing"].required = True
        self.fields["price"].help_text = gettext_lazy(
            "For the whole quantity. Empty: the list price, or what follows from quantity and billing."
        )
        self.fields["product"].queryset = self.products() | Product.objects.filter(pk=record.product_id)

    def terms(self):
        """A price that was left as it stands follows the new product, quantity or billing."""
        agreed, old = super().terms(), self.record
        others_changed = (agreed["product"], agreed["quantity"], agreed["billing"]) != (
            old.product,
            old.quantity,
            old.billing,
        )
        if agreed["price"] == old.price and others_changed:
            agreed["price"] = None
        return agreed


class PauseForm(StepForm):
    wide = ("reason",)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)


class ReactivateForm(StepForm):
    wide = ("reason",)
    price = AmountField(
        label=gettext_lazy("Price per billing period"), required=False, help_text=gettext_lazy("Empty: as before.")
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=200)
    field_order = ["price", "on", "reason"]


class CancelForm(StepForm):
    wide = ("on", "cause", "reason")
    on = day_field(
        label=gettext_lazy("First unpaid day"),
        help_text=gettext_lazy("Today, or a day ahead: until then it stays as it is."),
    )
    cause = forms.ChoiceField(
        label=gettext_lazy("Cause"),
        choices=[
            (Movement.Cause.VOLUNTARY, gettext_lazy("Voluntary: they want to leave")),
            (Movement.Cause.INVOLUNTARY, gettext_lazy("Involuntary: a payment failed for good")),
        ],
        widget=forms.RadioSelect,
        initial=Movement.Cause.VOLUNTARY,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("In a few words: too expensive, missing labels, closed down …"),
    )

    def clean_on(self):
        return self.cleaned_data["on"]


class CorrectForm(StepForm):
    wide = ("reason",)
    on = day_field(label=gettext_lazy("Day"))
    amount = AmountField(
        label=gettext_lazy("Change of MRR"),
        is_signed=True,
        help_text=gettext_lazy("With − for less; 0 takes the movement back."),
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200)
    field_order = ["on", "amount", "reason"]
