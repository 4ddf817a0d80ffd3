from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.fields import AmountField
from crm.forms import TidyTextMixin
from leads.forms.fields import DayInput, RecordForm
from leads.models import Campaign, Source


class SourceForm(TidyTextMixin, forms.ModelForm):
    """The key stays: numbers of the past are split by it."""

    class Meta:
        model = Source
        fields = ["name", "is_marketing", "is_active"]
        help_texts = {"is_marketing": gettext_lazy("Its cost counts as the cost of winning customers by marketing.")}


class NewSourceForm(SourceForm):
    def clean_name(self):
        name = self.cleaned_data["name"]
        key = slugify(name)[:60]
        if not key:
            raise ValidationError(_("The name needs at least one letter or digit of the Latin alphabet."))
        if Source.objects.filter(key=key).exists():
            raise ValidationError(_("There is a source with nearly this name already."))
        return name


class CampaignForm(RecordForm):
    budget = AmountField(label=gettext_lazy("Budget"), required=False)

    class Meta:
        model = Campaign
        fields = ["name", "source", "starts_on", "ends_on", "budget", "description"]
        widgets = {"starts_on": DayInput(), "ends_on": DayInput(), "description": forms.Textarea(attrs={"rows": 3})}

    def clean(self):
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("A campaign ends on the day it starts, or later."))
        return data
