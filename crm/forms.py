"""What every form does to the text people type or paste."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.middleware import is_unstorable

# Control characters but tab and line breaks, and the marks that turn the reading direction of what follows.
INVISIBLE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def tidy(text: str) -> str:
    """Composed characters, no invisible ones; refuses what cannot be stored."""
    if is_unstorable(text):
        raise ValidationError(_("This text contains characters that cannot be stored."), code="unstorable")
    return INVISIBLE.sub("", unicodedata.normalize("NFC", text))


class TidyTextMixin:
    """Put before Form or ModelForm: all text that comes out of it is tidy."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.to_python = _tidied(field.to_python)


def _tidied(to_python):
    def tidied(value):
        return to_python(tidy(value) if isinstance(value, str) else value)

    return tidied
