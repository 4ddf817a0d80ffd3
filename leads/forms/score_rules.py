from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.forms import TidyTextMixin
from leads import rules
from leads.models import ScoreRule

Operator = ScoreRule.Operator


class ScoreRuleForm(TidyTextMixin, forms.ModelForm):
    class Meta:
        model = ScoreRule
        fields = ["label", "field", "operator", "value", "points", "is_active"]
        help_texts = {
            "label": gettext_lazy("What people read beside the score, for instance “Asked for a demo”."),
            "points": gettext_lazy("−100 to 100. The score is the sum, held between 0 and 100."),
        }

    def clean_points(self):
        points = self.cleaned_data["points"]
        if not -100 <= points <= 100:
            raise forms.ValidationError(_("Points lie between −100 and 100."))
        return points

    def clean(self):
        data = super().clean()
        operator, value = data.get("operator"), data.get("value", "")
        if operator in (Operator.AT_LEAST, Operator.AT_MOST) and rules.number(value) is None:
            self.add_error("value", _("Give a number to compare with."))
        elif operator in (Operator.IS, Operator.CONTAINS) and not value:
            self.add_error("value", _("Give a value to compare with."))
        return data

    def preview(self):
        """The rule as typed, for trying it on leads; None while it is not complete."""
        return ScoreRule(**self.cleaned_data) if self.is_valid() else None
