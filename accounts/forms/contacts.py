from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import PickField
from accounts.models import Account, Contact
from crm.forms import TidyTextMixin


class ContactForm(TidyTextMixin, forms.ModelForm):
    wide = ("name",)
    account = PickField(label=_("Account"), only_changeable=True)
    language = forms.ChoiceField(label=_("Language"), required=False, choices=[("", "—"), *settings.LANGUAGES])

    class Meta:
        model = Contact
        fields = ["name", "title", "email", "phone", "language", "account"]
        widgets = {"name": forms.TextInput({"autofocus": True})}

    def __init__(self, *args, user, record=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = Account.objects.changeable_by(user)
