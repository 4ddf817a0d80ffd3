from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import countries
from accounts.bulk import owners
from accounts.forms.fields import AmountField
from accounts.models import Account, Product
from crm.forms import TidyTextMixin
from leads.forms.fields import MomentField, RecordForm
from leads.models import Lead


class LeadForm(RecordForm):
    value = AmountField(label=_("Worth a year"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False, choices=countries.choices)
    next_follow_up_at = MomentField(label=_("Next follow-up"), required=False)

    class Meta:
        model = Lead
        fields = [
            "name",
            "company_name",
            "title",
            "email",
            "phone",
            "country",
            "employees",
            "source",
            "campaign",
            "product",
            "value",
            "next_follow_up_at",
            "comments",
        ]
        widgets = {"comments": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("source", "product"):  # what is out of use stays where it stands already
            field = self.fields[name]
            field.queryset = field.queryset.filter(Q(is_active=True) | Q(pk=getattr(self.instance, f"{name}_id")))


class NewLeadForm(LeadForm):
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=None, required=False, empty_label=_("nobody yet"))

    class Meta(LeadForm.Meta):
        fields = [*LeadForm.Meta.fields]

    def __init__(self, *args, user, **kwargs):
        self.base_fields["owner"].queryset = owners(user)
        super().__init__(*args, user=user, **kwargs)
        self.fields["owner"].queryset = owners(user)
        self.fields["owner"].initial = user.pk
        self.order_fields([*self.Meta.fields[:-1], "owner", "comments"])


class ScoreForm(forms.Form):
    """A score set by hand; empty goes back to the points."""

    score = forms.IntegerField(
        label=_("Score set by hand"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("0 to 100. Leave it empty to count the points again."),
    )


class DisqualifyForm(TidyTextMixin, forms.Form):
    reason = forms.CharField(
        label=_("Why does it end here?"),
        max_length=200,
        help_text=_("One sentence. It tells you later which leads are worth looking for."),
    )


class ConvertForm(TidyTextMixin, forms.Form):
    """A lead becomes an account, a contact and perhaps a deal."""

    account = forms.ModelChoiceField(
        label=_("Account"), queryset=None, required=False, empty_label=_("New account"), widget=forms.RadioSelect
    )
    account_name = forms.CharField(label=_("Name of the new account"), max_length=200, required=False)
    with_deal = forms.BooleanField(label=_("Open a deal"), required=False, initial=True)
    deal_name = forms.CharField(label=_("Name of the deal"), max_length=200, required=False)
    value = AmountField(label=_("Worth a year"), required=False)
    product = forms.ModelChoiceField(label=_("Product"), queryset=None, required=False, empty_label="—")

    def __init__(self, *args, lead, user, matches, **kwargs):
        name = lead.company_name or lead.name
        product = lead.product if lead.product_id else None
        initial = {
            "account": matches[0].pk if matches else None,
            "account_name": name,
            "deal_name": f"{name} · {product}" if product else name,
            "value": lead.value,
            "product": lead.product_id,
            "with_deal": True,
        }
        super().__init__(*args, initial=initial, **kwargs)
        pks = [match.pk for match in matches]
        self.fields["account"].queryset = Account.objects.visible_to(user).filter(pk__in=pks)
        self.fields["product"].queryset = Product.objects.visible_to(user).filter(is_active=True)
        if not matches:
            self.fields["account"].widget = forms.HiddenInput()

    def clean(self):
        data = super().clean()
        if not data.get("account") and not data.get("account_name"):
            self.add_error("account_name", _("Give the new account a name, or choose one of the existing."))
        if data.get("with_deal") and not data.get("deal_name"):
            self.add_error("deal_name", _("Give the deal a name."))
        return data

    @property
    def wanted(self):
        """What the conversion is told."""
        data = self.cleaned_data
        return {
            "account": data["account"],
            "account_name": data["account_name"],
            "create_deal": data["with_deal"],
            "deal_name": data["deal_name"],
            "deal_value": data["value"],
            "product": data["product"],
        }
