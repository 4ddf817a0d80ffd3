from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.bulk import owners
from accounts.forms.fields import AmountField
from accounts.models import Account
from crm.forms import TidyTextMixin
from leads.forms.fields import DayInput, RecordForm
from leads.models import Deal, Stage


class DealForm(RecordForm):
    value = AmountField(label=_("Worth a year"), required=False)

    class Meta:
        model = Deal
        fields = ["name", "account", "contact", "product", "quantity", "value", "source", "expected_close_on"]
        widgets = {"expected_close_on": DayInput()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        product = self.fields["product"]
        product.queryset = product.queryset.filter(Q(is_active=True) | Q(pk=self.instance.product_id))
        self.fields["contact"].queryset = self.fields["contact"].queryset.select_related("account")
        self.fields["contact"].label_from_instance = lambda contact: f"{contact} · {contact.account}"
        if self.account_id:
            self.fields["contact"].queryset = self.fields["contact"].queryset.filter(account=self.account_id)
            self.fields["contact"].label_from_instance = str

    @property
    def account_id(self):
        given = self.data.get("account") if self.is_bound else self.initial.get("account") or self.instance.account_id
        return int(given) if str(given or "").isdigit() and len(str(given)) < 19 else None

    def clean_value(self):
        return self.cleaned_data["value"] or 0

    def clean(self):
        data = super().clean()
        account, contact = data.get("account"), data.get("contact")
        if account and contact and contact.account_id != account.pk:
            self.add_error("contact", _("This person belongs to another account."))
        return data


class NewDealForm(DealForm):
    account = forms.ModelChoiceField(label=_("Account"), queryset=Account.objects.none())
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=None)

    class Meta(DealForm.Meta):
        fields = ["name", "account", "contact", "product", "quantity", "value", "stage", "source", "expected_close_on"]

    def __init__(self, *args, user, **kwargs):
        self.base_fields["owner"].queryset = owners(user)
        super().__init__(*args, user=user, **kwargs)
        self.fields["owner"].queryset = owners(user)
        self.fields["owner"].initial = user.pk
        stages = (
            Stage.objects.visible_to(user)
            .select_related("pipeline")
            .order_by("-pipeline__is_default", "pipeline__name", "position")
        )
        self.fields["stage"].queryset = stages
        self.fields["stage"].empty_label = None


class LoseForm(TidyTextMixin, forms.Form):
    reason = forms.CharField(
        label=_("Why was it lost?"),
        max_length=200,
        help_text=_("One sentence, asked once. Win rates by reason are made of it."),
    )
