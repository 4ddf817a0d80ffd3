"""Fields of our own: amounts as people write them, and records found by name."""

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm import formats, money
from crm.exceptions import Invalid
from crm.forms import tidy
from crm.models import Company

MOST_SUGGESTIONS = 20
MOST_DIGITS = 19


class AmountField(forms.CharField):
    """Money in whole units, written as the reader's language writes it; comes out in minor units."""

    def __init__(self, *, is_signed=False, minimum=0, **kwargs):
        super().__init__(max_length=40, **kwargs)
        self.is_signed, self.minimum = is_signed, minimum
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "class": "num"}

    def prepare_value(self, value):
        """Minor units as they are typed: without the sign of the currency and without grouping."""
        if not isinstance(value, int):
            return value
        digits = money.exponent(Company.current().currency)
        whole, rest = divmod(abs(value), 10**digits)
        point = formats.locale().number_symbols["latn"]["decimal"]
        return f"{'-' if value < 0 else ''}{whole}" + (f"{point}{rest:0{digits}d}" if rest else "")

    def clean(self, value):
        text = tidy(super().clean(value))
        if not text:
            return None
        try:
            minor = money.parse(text, Company.current().currency, locale=get_language() or "en")
        except Invalid as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from None
        if not self.is_signed and minor < self.minimum:
            raise ValidationError(
                _("Please write an amount above zero.") if self.minimum else _("An amount cannot be negative.")
            )
        if minor > 10**12:
            raise ValidationError(_("This amount is too large."))
        return minor


class PickWidget(forms.TextInput):
    """A text field with suggestions: a plain <datalist> that htmx keeps up to date while one types."""

    template_name = "accounts/_pick.html"

    def __init__(self, url_name, only_changeable):
        super().__init__({"autocomplete": "off"})
        self.url_name, self.only_changeable = url_name, only_changeable

    def render(self, name, value, attrs=None, renderer=None):
        """From the project's templates, where Django's own renderer of widgets does not look."""
        return mark_safe(render_to_string(self.template_name, self.get_context(name, value, attrs)))  # noqa: S308  (a template)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["suggest_url"] = f"{reverse(self.url_name)}?{'change&' if self.only_changeable else ''}"
        context["list_id"] = f"{context['widget']['attrs'].get('id', name)}-list"
        return context


class PickField(forms.CharField):
    """A record chosen by its name, or by #number where several are called the same.

    The form sets `queryset`, which starts at what the user may see, or change: then only that is suggested."""

    def __init__(self, *, url_name="account_suggest", only_changeable=False, **kwargs):
        super().__init__(widget=PickWidget(url_name, only_changeable), max_length=220, **kwargs)
        self.queryset = None

    def prepare_value(self, value):
        if isinstance(value, int):
            value = self.queryset.filter(pk=value).first()
        return str(value) if value is not None else ""

    def clean(self, value):
        text = tidy(super().clean(value)).strip()
        if not text:
            return None
        digits = text.rpartition("#")[2]
        if "#" in text and digits.isascii() and digits.isdigit() and len(digits) < MOST_DIGITS:
            found = list(self.queryset.filter(pk=int(digits))[:1])
        else:
            found = list(self.queryset.filter(name=text)[:2]) or list(self.queryset.filter(name__iexact=text)[:2])
        if not found:
            raise ValidationError(
                _("There is no “%(name)s” here. Choose one of the suggestions."), params={"name": text}
            )
        if len(found) > 1:
            raise ValidationError(
                _("Several are called “%(name)s”. Choose the one you mean by its number."), params={"name": text}
            )
        return found[0]


def suggestions(queryset, typed):
    """Records whose folded text contains what was typed: (value, note) pairs for a <datalist>."""
    for word in typed.casefold().split()[:5]:
        queryset = queryset.filter(search_text__contains=word)
    rows = list(queryset.order_by("name")[:MOST_SUGGESTIONS])
    names = [row.name for row in rows]
    return [f"{row.name} #{row.pk}" if names.count(row.name) > 1 else row.name for row in rows]
