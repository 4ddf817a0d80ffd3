from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import countries
from accounts.bulk import owners
from accounts.forms.fields import PickField
from accounts.models import Account, User
from crm.forms import TidyTextMixin


class AccountForm(TidyTextMixin, forms.ModelForm):
    wide = ("name", "description")
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    country = forms.ChoiceField(label=_("Country"), required=False, choices=countries.choices)
    parent = PickField(
        label=_("Parent account"), required=False, help_text=_("The company it belongs to, if we sell to that as well.")
    )
    owner = forms.ModelChoiceField(
        label=_("Owner"), required=False, queryset=User.objects.none(), empty_label=_("Nobody")
    )

    class Meta:
        model = Account
        fields = [
            "name",
            "website",
            "phone",
            "industry",
            "country",
            "city",
            "employees",
            "parent",
            "owner",
            "description",
        ]
        widgets = {"description": forms.Textarea({"rows": 3}), "name": forms.TextInput({"autofocus": True})}

    def __init__(self, *args, user, record=None, **kwargs):
        super().__init__(*args, **kwargs)
        others = Account.objects.visible_to(user)
        self.fields["parent"].queryset = others.exclude(pk=record.pk) if record else others
        self.fields["owner"].queryset = owners(user)
        if not user.has_role("manager", "admin"):
            del self.fields["owner"]
        elif record is None:
            self.fields["owner"].initial = user.pk
        elif record.owner_id:
            self.fields["owner"].queryset = owners(user) | User.objects.filter(pk=record.owner_id).distinct()
        self.record = record

    def clean_website(self):
        return self.cleaned_data["website"] or ""

    def clean_parent(self):
        """No account may stand above itself, however far up."""
        parent, seen = self.cleaned_data["parent"], set()
        above = parent
        while self.record and above and above.pk not in seen:
            if above.parent_id == self.record.pk:
                raise forms.ValidationError(_("%(name)s already belongs to this account."), params={"name": parent})
            seen.add(above.pk)
            above = above.parent
        return parent
