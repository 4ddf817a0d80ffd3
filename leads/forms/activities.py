from django import forms
from django.utils.translation import gettext_lazy as _

from leads.forms.fields import AboutMixin, MomentField, RecordForm, hide
from leads.models import Activity


class ActivityForm(RecordForm):
    at = MomentField(label=_("When"), required=False)

    class Meta:
        model = Activity
        fields = ["kind", "subject", "body", "at", "minutes"]
        widgets = {"body": forms.Textarea(attrs={"rows": 4})}


class LogForm(AboutMixin, ActivityForm):
    """Writing down what happened, with what it is about already known or to be chosen."""

    class Meta(ActivityForm.Meta):
        fields = ["kind", "subject", "body", "at", "minutes", "lead", "deal", "account", "contact"]


class ComposerForm(LogForm):
    """The short form above a timeline: what it is about and its kind are given."""

    class Meta(LogForm.Meta):
        pass

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hide(self, "kind", "lead", "deal", "account", "contact")
        kind = self["kind"].value()
        if kind == Activity.Kind.NOTE:
            hide(self, "subject", "minutes", "at")
            self.fields["body"].required = True
        self.fields["body"].widget.attrs |= {"rows": 3}
