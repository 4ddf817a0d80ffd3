"""Forms of the company's settings. Business hours are typed as people write them: "09:00-13:00, 14:00-18:00"."""

import datetime as dt
import re
from zoneinfo import available_timezones

from babel.core import get_global
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from crm.forms import TidyTextMixin
from crm.models import Company, Holiday

SPAN = re.compile(r"(\d{1,2}):?(\d{2})?\s*[-–—]\s*(\d{1,2}):?(\d{2})?")


class HoursField(forms.CharField):
    """The opening hours of one day: a list of [opens, closes]; nothing where it is closed."""

    def prepare_value(self, value):
        return ", ".join(f"{opens}–{closes}" for opens, closes in value) if isinstance(value, list) else value

    def to_python(self, value):
        text = super().to_python(value)
        spans = [self._span(part.strip()) for part in text.split(",") if part.strip()]
        for (_opens, closes), (opens, _closes) in zip(spans, spans[1:], strict=False):
            if opens < closes:
                raise ValidationError(_("The hours of a day must follow one another."))
        return spans

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != (initial or [])
        except ValidationError:
            return True

    def _span(self, text):
        match = SPAN.fullmatch(text)
        if not match:
            raise ValidationError(
                _("“%(text)s” is not a span of hours; write 09:00–17:00."), params={"text": text[:40]}
            )
        opens_hour, opens_minute, closes_hour, closes_minute = (int(part or 0) for part in match.groups())
        try:
            opens = dt.time(opens_hour, opens_minute)
            closes = dt.time(23, 59) if closes_hour == 24 else dt.time(closes_hour, closes_minute)
        except ValueError:
            raise ValidationError(_("There is no such time of day: %(text)s."), params={"text": text[:40]}) from None
        if closes <= opens:
            raise ValidationError(_("Closing comes after opening: %(text)s."), params={"text": text[:40]})
        return [opens.strftime("%H:%M"), closes.strftime("%H:%M")]


def month_names():
    from babel.dates import get_month_names  # leaf: only this choice needs it

    names = get_month_names("wide", "stand-alone", locale=(get_language() or "en").replace("-", "_"))
    return [(number, capfirst(names[number])) for number in range(1, 13)]


class CompanyForm(TidyTextMixin, forms.ModelForm):
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    fiscal_start_month = forms.TypedChoiceField(
        label=gettext_lazy("Fiscal year starts in"), coerce=int, choices=lazy(month_names, list)
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Company
        fields = [
            "name",
            "time_zone",
            "currency",
            "fiscal_start_month",
            "week_start",
            "languages",
            "active_rule",
            "active_order_days",
            "churn_variant",
            "conversion_window_days",
            "lead_response_hours",
            "past_due_grace_days",
            "discount_percent",
        ]
        help_texts = {
            "time_zone": gettext_lazy("Days, weeks and months of all numbers are counted on this clock."),
            "conversion_window_days": gettext_lazy("Until then a month's conversion rate is provisional."),
            "discount_percent": gettext_lazy("Used for the value of customers over many years."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
        for day, label in Company.Weekday.choices:
            self.fields[f"hours_{day}"] = HoursField(
                label=_("Open on %(day)s") % {"day": label},
                required=False,
                max_length=120,
                initial=self.instance.business_hours.get(str(day), []),
                help_text=_("Empty where it is closed.") if day == 0 else "",
            )

    def clean_currency(self):
        currency = self.cleaned_data["currency"].upper()
        if currency not in get_global("all_currencies"):
            raise ValidationError(_("“%(code)s” is not a currency we know."), params={"code": currency})
        return currency

    def clean(self):
        cleaned = super().clean()
        self.instance.business_hours = {
            str(day): cleaned[f"hours_{day}"] for day in Company.Weekday.values if cleaned.get(f"hours_{day}")
        }
        return cleaned


class HolidayForm(TidyTextMixin, forms.ModelForm):
    class Meta:
        model = Holiday
        fields = ["on", "name"]
        widgets = {"on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
