"""Countries by their two letters, named in the reader's language."""

from typing import Any

from babel import Locale
from django.utils.functional import lazy

from crm import formats

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
