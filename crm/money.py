"""Amounts as people write them, and splitting them without losing a cent. Formatting is in ``crm/formats.py``."""

import re
from collections.abc import Sequence
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_precision, get_decimal_symbol, get_group_symbol
from django.utils.translation import gettext as _

from crm.exceptions import Invalid

LARGEST = 2**63 - 1
SPACES = re.compile(r"[\s\u00a0\u202f']")
WITH_POINT = re.compile(r"\d*\.?\d*")


def exponent(currency: str) -> int:
    """How many digits the minor unit has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


def parse(text: str, currency: str = "EUR", *, locale: str = "en") -> int:
    """Minor units: ``parse("1.234,56", locale="es")`` is 123456. Refuses what is not surely an amount."""
    amount = decimal(text, locale=locale, currency=currency)
    minor = amount.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        digits = exponent(currency)
        _refuse(
            _("%(currency)s has only %(digits)s digits behind the point.") % {"currency": currency, "digits": digits}
        )
    if abs(minor) > LARGEST:
        _refuse(_("This amount is too large."))
    return int(minor)


def decimal(text: str, *, locale: str = "en", currency: str = "") -> Decimal:
    """A number as written in this locale; thousands have to be grouped by three where they are grouped at all."""
    found = _locale(locale)
    point, group = get_decimal_symbol(found), get_group_symbol(found)
    plain = str(text).strip().replace("−", "-").replace(currency or "\x00", "").strip("€$£¥ \u00a0\u202f")
    sign = -1 if plain.startswith("-") or (plain.startswith("(") and plain.endswith(")")) else 1
    plain = SPACES.sub("" if group.isspace() or group == "’" else " ", plain.strip("-+()€$£¥ "))
    whole, has_point, rest = plain.partition(point)
    if group in rest or point in rest or (not group.isspace() and group in whole and not _is_grouped(whole, group)):
        _refuse(_("“%(text)s” is not an amount we understand.") % {"text": str(text)[:40]})
    digits = whole.replace(group, "") + ("." + rest if has_point else "")
    if not digits.strip(".") or not digits.isascii() or not WITH_POINT.fullmatch(digits) or len(digits) > 30:
        _refuse(_("“%(text)s” is not an amount we understand.") % {"text": str(text)[:40]})
    return sign * Decimal(digits)


def _is_grouped(whole, group):
    first, *others = whole.split(group)
    return 1 <= len(first) <= 3 and all(len(part) == 3 for part in others)


def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _refuse(message):
    raise Invalid(message, code="bad_amount")


def split_evenly(amount: int, parts: int) -> list[int]:
    """Whole parts that add up to the amount, the remainder on the first ones: 100 in 3 is 34, 33, 33."""
    if parts <= 0:
        raise ValueError("There must be at least one part.")
    share, rest = divmod(abs(amount), parts)
    sign = -1 if amount < 0 else 1
    return [sign * (share + (1 if index < rest else 0)) for index in range(parts)]


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Shares in proportion to whole weights that add up to the amount exactly (largest remainder, first one first)."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("Weights must not be negative, and one must be positive.")
    sign, amount = (-1 if amount < 0 else 1), abs(amount)
    shares = [amount * weight // total for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda index: (-(amount * weights[index] % total), index))
    for index in remainders[: amount - sum(shares)]:
        shares[index] += 1
    return [sign * share for share in shares]
