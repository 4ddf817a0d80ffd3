from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import RoleGrant, Team, User
from crm.forms import TidyTextMixin

ROLE_HELP = {
    RoleGrant.Role.REP: gettext_lazy("leads, deals and accounts of their own"),
    RoleGrant.Role.AGENT: gettext_lazy("tickets; reads accounts and what they buy"),
    RoleGrant.Role.MANAGER: gettext_lazy("everything of their teams, KPIs and goals"),
    RoleGrant.Role.ADMIN: gettext_lazy("everything, users and settings included"),
}


class UserForm(TidyTextMixin, forms.ModelForm):
    """A colleague, for administrators."""

    wide = ("roles",)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Several roles add up."),
    )

    class Meta:
        model = User
        fields = ["name", "email", "team", "language", "roles"]
        widgets = {"name": forms.TextInput({"autofocus": True})}

    def __init__(self, *args, user, record=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = [
            (role.value, _("%(name)s: %(text)s") % {"name": role.label, "text": ROLE_HELP[role]})
            for role in RoleGrant.Role
        ]
        self.fields["team"].queryset = Team.objects.visible_to(user)
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, initial="en")
        self.order_fields(self.Meta.fields)
        if record is not None:
            self.fields["roles"].initial = sorted(record.role_names)

    def clean_email(self):
        email = self.cleaned_data["email"].strip().lower()
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Somebody signs in with this address already."))
        return email


class ProfileForm(TidyTextMixin, forms.ModelForm):
    """Oneself: never roles, team or address."""

    wide = ("name",)

    class Meta:
        model = User
        fields = ["name", "language", "theme"]

    def __init__(self, *args, user, record=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class TeamForm(TidyTextMixin, forms.ModelForm):
    wide = ("name",)

    class Meta:
        model = Team
        fields = ["name", "manager", "region"]
        widgets = {"name": forms.TextInput({"autofocus": True})}

    def __init__(self, *args, user, record=None, **kwargs):
        super().__init__(*args, **kwargs)
        managers = User.objects.visible_to(user).filter(is_active=True, role_grants__role__in=["manager", "admin"])
        self.fields["manager"].queryset = managers.distinct().order_by("name")
