from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import AmountField
from accounts.models import Product
from crm.forms import TidyTextMixin


class ProductForm(TidyTextMixin, forms.ModelForm):
    wide = ("description",)
    price = AmountField(label=_("List price"), help_text=_("Per billing period, in whole units: 49 or 49.90."))

    class Meta:
        model = Product
        fields = ["name", "family", "billing", "price", "is_active", "description"]
        widgets = {"description": forms.Textarea({"rows": 3}), "name": forms.TextInput({"autofocus": True})}

    def __init__(self, *args, user, record=None, **kwargs):
        super().__init__(*args, **kwargs)
        if record is not None and record.subscriptions.exists():
            self.fields["billing"].disabled = True
            self.fields["billing"].help_text = _("It is subscribed to: add another product for another billing period.")
