from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.bulk import owners
from crm.models.company import Company
from leads.forms.fields import AboutMixin, ClockInput, DayInput, RecordForm, hide
from leads.models import Task

WIDGETS = {"note": forms.Textarea(attrs={"rows": 3}), "due_on": DayInput(), "due_time": ClockInput()}


class TaskForm(AboutMixin, RecordForm):
    class Meta:
        model = Task
        fields = ["title", "kind", "due_on", "due_time", "note", "lead", "deal", "account", "contact"]
        widgets = WIDGETS


class NewTaskForm(TaskForm):
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=None, required=False, empty_label=None)

    class Meta(TaskForm.Meta):
        pass

    def __init__(self, *args, user, **kwargs):
        self.base_fields["owner"].queryset = owners(user)
        super().__init__(*args, user=user, **kwargs)
        self.fields["owner"].queryset = owners(user)
        self.fields["owner"].initial = user.pk
        self.fields["due_on"].initial = Company.current().today()

    def clean_owner(self):
        return self.cleaned_data["owner"] or self.user


class TaskComposerForm(TaskForm):
    """The short form above a timeline, and the answer to "what happens next?"."""

    class Meta(TaskForm.Meta):
        pass

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hide(self, "note", "lead", "deal", "account", "contact")
        self.fields["title"].label = _("What is to be done?")
        self.fields["due_on"].initial = Company.current().today()


class DueForm(RecordForm):
    class Meta:
        model = Task
        fields = ["due_on", "due_time"]
        widgets = WIDGETS
