from django import forms
from django.utils.translation import gettext as _

from crm.forms import TidyTextMixin
from leads.models import Pipeline, Stage


class PipelineForm(TidyTextMixin, forms.ModelForm):
    class Meta:
        model = Pipeline
        fields = ["name", "is_default"]

    def _get_validation_exclusions(self):
        """The one default changes hands when this is saved."""
        return super()._get_validation_exclusions() | {"is_default"}


class StageForm(TidyTextMixin, forms.ModelForm):
    class Meta:
        model = Stage
        fields = ["name", "probability", "usual_days"]

    def __init__(self, *args, pipeline, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.pipeline = pipeline
        self.fields["probability"].max_value = 100
        self.fields["probability"].widget.attrs |= {"min": 0, "max": 100}

    def clean_probability(self):
        probability = self.cleaned_data["probability"]
        if probability > 100:
            raise forms.ValidationError(_("A probability is between 0 and 100 percent."))
        return probability

    def clean_name(self):
        name = self.cleaned_data["name"]
        same = Stage.objects.filter(pipeline=self.instance.pipeline, name=name).exclude(pk=self.instance.pk)
        if same.exists():
            raise forms.ValidationError(_("This pipeline has a stage of this name already."))
        return name
