"""Form fields of this app, and the base of forms that change one record."""

import copy
import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from crm import policy
from crm.forms import TidyTextMixin
from crm.models.company import Company

EMPTY = forms.ModelChoiceField(queryset=None).empty_label


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **kwargs):
        super().__init__(format="%H:%M", **kwargs)


class MomentField(forms.DateTimeField):
    """A moment on the company's clock."""

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(
            widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **kwargs
        )

    def prepare_value(self, value):
        if isinstance(value, dt.datetime) and value.tzinfo:
            return value.astimezone(Company.current().zone).replace(tzinfo=None)
        return value

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, dt.datetime):
            return value or None
        for pattern in self.input_formats:
            try:
                return dt.datetime.strptime(str(value).strip(), pattern).replace(tzinfo=Company.current().zone)
            except ValueError:
                continue
        raise ValidationError(_("Please give a day and an hour, for instance 2026-03-31 14:00."), code="invalid")


class Few(forms.models.ModelChoiceIterator):
    """The chosen record and the first ones there are: a page does not carry a hundred thousand accounts. All of them
    stay valid; the pages of leads, deals and accounts give theirs in the address."""

    most = 200

    def __iter__(self):
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        chosen = getattr(self.field, "chosen", None)
        chosen = [key for key in (getattr(chosen, "pk", chosen),) if str(key or "").isdigit() and len(str(key)) < 19]
        records = list(self.queryset.filter(pk__in=chosen)) + list(self.queryset.exclude(pk__in=chosen)[: self.most])
        for record in records:
            yield self.choice(record)


class RecordForm(TidyTextMixin, forms.ModelForm):
    """A form on a copy of the record: the action that writes compares with what stands in the database.

    `user` decides what there is to choose from. `cleaned_data` goes to the action as it is.
    """

    def __init__(self, *args, user, instance=None, **kwargs):
        self.user = user
        super().__init__(*args, instance=copy.copy(instance) if instance else None, **kwargs)
        for name in self.fields:
            self.offer(name)

    def offer(self, name):
        """Narrow the choices of a foreign key to what this user may see."""
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.iterator = Few
            if field.empty_label == EMPTY:
                field.empty_label = "—"
            field.chosen = (
                self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name, field.initial)
            )
            field.queryset = field.queryset.model.objects.visible_to(self.user)


class AboutMixin:
    """A lead, a deal or an account that the record concerns: of leads and deals those the user may change, for what is
    written on them is a change. What the record (or `keep`, the one it follows) is about already may stay."""

    ABOUT = ("lead", "deal", "account")

    def __init__(self, *args, user, keep=None, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        known = keep or self.instance
        for name in ("lead", "deal"):
            field = self.fields[name]
            q = policy.q_for(field.queryset.model, policy.WRITE, user)
            if q:
                field.queryset = field.queryset.filter(q | Q(pk=getattr(known, f"{name}_id")))

    def clean(self):
        data = super().clean()
        if not any(data.get(name) for name in self.ABOUT):
            raise forms.ValidationError(_("Say what it is about: a lead, a deal or an account."))
        return data


def hide(form, *names):
    for name in names:
        form.fields[name].widget = forms.HiddenInput()
