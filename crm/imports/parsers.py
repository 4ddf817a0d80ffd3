"""From the text of a cell to a value, in the source's locale and zone. A parser raises `Unreadable` with what to do.

Money becomes integer minor units of the currency, never a float; durations become seconds; moments become UTC.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision, get_currency_symbol, get_decimal_symbol, get_group_symbol
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _

from crm.imports import nouns

FIRST_YEAR, LAST_YEAR = 1900, 2200
LARGEST = 2**63 - 1
SPACES = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE} "
TRUE = frozenset({"true", "t", "yes", "y", "1"})
FALSE = frozenset({"false", "f", "no", "n", "0"})
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


class Unreadable(ValueError):
    """The cell does not hold what it should; the message says what would do."""


@dataclass(frozen=True)
class Source:
    """How the files write things down."""

    locale: str = "en_US"
    zone: str = "UTC"  # whose clock moments are written by
    home: str = "UTC"  # the company's own zone, in which a bare date is that day
    currency: str = "EUR"
    formats: tuple[str, ...] = ()  # strptime; empty means ISO 8601
    unit: str = ""  # of durations given as plain numbers
    per: int = 1  # amounts are written in this many units: "k" columns say 1000
    blank: frozenset[str] = field(default_factory=lambda: frozenset({""}))


@lru_cache(maxsize=64)
def _number_shape(locale):
    point, group = get_decimal_symbol(locale), get_group_symbol(locale)
    marks = SPACES if group in SPACES else "'’" if group in "'’" else group
    mark = f"[{re.escape(marks)}]"
    shape = rf"[+\-−]?(?:\d+|\d{{1,3}}(?:{mark}\d{{2,3}})*{mark}\d{{3}})(?:{re.escape(point)}\d+)?"
    return re.compile(shape, re.ASCII), point, marks


def number(text, source):
    """An exact Decimal: "1.234,50" in German is 1234.5; grouping has to be right where it is used."""
    shape, point, marks = _number_shape(source.locale)
    if not shape.fullmatch(text):
        raise Unreadable(
            _("“%(text)s” is not a number written like %(example)s.")
            % {"text": text[:80], "example": f"1{marks[0]}234{point}50"}
        )
    plain = text.translate(dict.fromkeys(map(ord, marks))).replace(point, ".").replace("−", "-")
    return Decimal(plain)


def integer(text, source, low=None, high=None):
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else number(text, source)
    if value != int(value):
        raise Unreadable(_("“%(text)s” is not a whole number.") % {"text": text[:80]})
    value = int(value)
    low = -LARGEST if low is None else low
    high = LARGEST if high is None else high
    if not low <= value <= high:
        raise Unreadable(
            _("%(value)s is not between %(low)s and %(high)s.") % {"value": text[:80], "low": low, "high": high}
        )
    return value


@lru_cache(maxsize=64)
def _currency_shape(currency, locale):
    return (currency, get_currency_symbol(currency, locale=locale)), get_currency_precision(currency)


def money(text, source, negative=False):
    """Minor units. The currency's own sign or code may stand beside the amount; brackets mean minus."""
    bare = text
    signs, exponent = _currency_shape(source.currency, source.locale)
    for sign in signs:
        bare = bare.removeprefix(sign).removesuffix(sign).strip(SPACES)
    if bare.startswith("(") and bare.endswith(")"):
        bare = "-" + bare[1:-1]
    minor = number(bare, source) * source.per * 10**exponent
    if minor != int(minor):
        raise Unreadable(
            _("“%(text)s” has more decimals than %(currency)s (%(exponent)s). Round it in the source.")
            % {"text": text[:80], "currency": source.currency, "exponent": exponent}
        )
    if abs(minor) > LARGEST:
        raise Unreadable(_("“%(text)s” is too large.") % {"text": text[:80]})
    if minor < 0 and not negative:
        raise Unreadable(_("“%(text)s” is negative; an amount has to be 0 or more.") % {"text": text[:80]})
    return int(minor)


def duration(text, source):
    """Seconds, from "h:mm" or "h:mm:ss", or from a number in the mapping's `unit`."""
    if clock := re.fullmatch(r"(\d{1,7}):([0-5]\d)(?::([0-5]\d))?", text, re.ASCII):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    if not source.unit:
        raise Unreadable(
            _("“%(text)s” is not a duration like 1:30. If it is a number, state its `unit`.") % {"text": text[:80]}
        )
    seconds = number(text, source) * UNITS[source.unit]
    if not 0 <= seconds <= 10**11:
        raise Unreadable(_("“%(text)s” is not a possible duration.") % {"text": text[:80]})
    return round(seconds)


def boolean(text, source):
    word = text.casefold()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise Unreadable(_("“%(text)s” is neither true nor false. Map it with `values`.") % {"text": text[:80]})


def _stamp(text, source):
    """A naive or aware datetime, and whether it had a time of day at all."""
    for form in source.formats:
        try:
            return datetime.strptime(text, form), "%H" in form or "%I" in form or "%X" in form or "%c" in form
        except ValueError:
            continue
    if not source.formats:
        try:
            return datetime.fromisoformat(text), len(text) > 10
        except ValueError:
            pass
    raise Unreadable(
        _("“%(text)s” is not a date like %(example)s.")
        % {"text": text[:80], "example": " / ".join(source.formats) or "2026-03-31"}
    )


def _within(year, text):
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unreadable(
            _("“%(text)s” lies outside the years %(first)s to %(last)s.")
            % {"text": text[:80], "first": FIRST_YEAR, "last": LAST_YEAR}
        )


@lru_cache(maxsize=4096)
def day(text, source):
    """A local date. A time of day beside it is refused, since dropping it could move the day."""
    stamp, timed = _stamp(text, source)
    if timed and stamp.time() != time(0):
        raise Unreadable(_("“%(text)s” has a time of day, a date is wanted. State its `format`.") % {"text": text[:80]})
    _within(stamp.year, text)
    return stamp.date()


@lru_cache(maxsize=4096)
def moment(text, source):
    """A UTC moment. Without an offset it is read on the source's clock; a bare date is the start of that day where the
    company is, so that it stays that day in every number."""
    stamp, timed = _stamp(text, source)
    _within(stamp.year, text)
    if stamp.tzinfo is not None:
        return stamp.astimezone(UTC)
    aware = stamp.replace(tzinfo=ZoneInfo(source.zone if timed else source.home))
    at = aware.astimezone(UTC)
    if timed and at.astimezone(aware.tzinfo).replace(tzinfo=None) != stamp:
        raise Unreadable(
            _("“%(text)s” never was in %(zone)s: the clocks skipped it.") % {"text": text[:80], "zone": source.zone}
        )
    return at


def words(text, limit):
    if limit and len(text) > limit:
        raise Unreadable(
            _("The text has %(length)s characters, %(limit)s fit.") % {"length": len(text), "limit": limit}
        )
    return text


def email(text, limit):
    try:
        validate_email(text)
    except ValidationError:
        raise Unreadable(_("“%(text)s” is not an e-mail address.") % {"text": text[:80]}) from None
    return words(text.lower(), limit)


_url = URLValidator(schemes=["http", "https"])


def url(text, limit):
    try:
        _url(text)
    except ValidationError:
        raise Unreadable(_("“%(text)s” is not a web address starting with http.") % {"text": text[:80]}) from None
    return words(text, limit)


def country(text):
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise Unreadable(_("“%(text)s” is not a two-letter country code. Map it with `values`.") % {"text": text[:80]})
    return text.upper()


def choice(text, choices):
    if text not in choices:
        raise Unreadable(
            _("“%(text)s” is none of: %(choices)s. Map it with `values`.")
            % {"text": text[:80], "choices": ", ".join(choices)}
        )
    return text


def key(text, limit=140):
    return words(text, limit)


def parser(spec, source):
    """A function from text to value for one `nouns.Field` as this source writes it."""
    kind = spec.kind
    simple = {
        nouns.TEXT: lambda text: words(text, spec.limit),
        nouns.EMAIL: lambda text: email(text, spec.limit),
        nouns.URL: lambda text: url(text, spec.limit),
        nouns.COUNTRY: country,
        nouns.CHOICE: lambda text: choice(text, spec.choices),
        nouns.INTEGER: lambda text: integer(text, source, spec.low, spec.high),
        nouns.MONEY: lambda text: money(text, source, spec.negative),
        nouns.DURATION: lambda text: duration(text, source),
        nouns.BOOLEAN: lambda text: boolean(text, source),
        nouns.DATE: lambda text: day(text, source),
        nouns.MOMENT: lambda text: moment(text, source),
        nouns.STEPS: lambda text: moment(text, source),
        nouns.REFERENCE: key,
    }
    return simple[kind]


__all__ = [
    "Source",
    "Unreadable",
    "boolean",
    "date",
    "day",
    "duration",
    "integer",
    "moment",
    "money",
    "number",
    "parser",
]
