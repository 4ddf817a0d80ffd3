"""Countries by their two letters, named and ordered in the reader's language."""

import unicodedata
from typing import Any

from babel import Locale
from django.utils.functional import lazy

from crm import formats, lists

_ENGLISH: Any = Locale("en").territories
_NO_COUNTRIES = {"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB"}


def name_of(code):
    """`ES` → Spain; the letters themselves where nobody knows the country."""
    return formats.locale().territories.get(code, code)


_lazy_name = lazy(name_of, str)
CODES = sorted(
    (code for code in _ENGLISH if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES), key=_ENGLISH.get
)
COUNTRIES = [(code, _lazy_name(code)) for code in CODES]


def by_name():
    """The countries as a reader looks for them: Alemania before Brasil, and Égypte among the E."""
    return sorted(((code, name_of(code)) for code in CODES), key=lambda country: _plain(country[1]))


def choices():
    """For a form, with none of them first."""
    return [("", "—"), *by_name()]


def _plain(name):
    return "".join(
        letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter)
    ).casefold()


class CountryFilter(lists.Choice):
    """One or several countries."""

    def __init__(self, name):
        super().__init__(name, COUNTRIES)

    def options(self, user):
        return by_name()
