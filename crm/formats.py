"""How numbers, money, times and durations read: in the reader's language, in the company's time zone.

The template filters in `crm/templatetags/tallyard.py` are thin wrappers around these functions.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal, get_currency_precision
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from crm.models.company import Company

MINUS = "−"
THIN = "\N{NARROW NO-BREAK SPACE}"
DASH = "—"
MICROS = 1_000_000


def locale() -> Locale:
    """The reader's locale; English where the active language has none."""
    try:
        return Locale.parse(get_language() or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def number(value, digits=0) -> str:
    """1234567 → 1,234,567, with exactly `digits` decimals and a true minus sign."""
    if value is None:
        return DASH
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return _typeset(format_decimal(rounded(value, digits), pattern, locale=locale()))


def signed(value, digits=0) -> str:
    """Like number, but says + as well."""
    return ("+" if value is not None and rounded(value, digits) > 0 else "") + number(value, digits)


def compact(value) -> str:
    """12400 → 12.4k, for axes and narrow places."""
    if value is None:
        return DASH
    letters = {
        1_000_000_000: pgettext("billions", "bn"),
        1_000_000: pgettext("millions", "m"),
        1_000: pgettext("thousands", "k"),
    }
    for size, suffix in letters.items():
        if abs(value) >= size:
            short = Decimal(rounded(Fraction(value) / size, 1))
            return number(short, 0 if short == short.to_integral() else 1) + suffix
    return number(value)


def money(minor, currency, digits=None) -> str:
    """588000 EUR → €5,880; cents only where there are some. `digits` forces them."""
    if minor is None:
        return DASH
    exponent = get_currency_precision(currency)
    return _money(Fraction(minor, 10**exponent), currency, exponent, digits)


def mrr(micros, currency, digits=None) -> str:
    """Monthly-normalised price in millionths: 149000000 EUR → €149."""
    if micros is None:
        return DASH
    return _money(Fraction(micros, MICROS), currency, get_currency_precision(currency), digits)


def signed_money(minor, currency, digits=None) -> str:
    return ("+" if minor and minor > 0 else "") + money(minor, currency, digits)


def signed_mrr(micros, currency, digits=None) -> str:
    return ("+" if micros and micros > 0 else "") + mrr(micros, currency, digits)


def percent(ratio, digits=None) -> str:
    """0.038 → 3.8 %; without `digits` one decimal below 20 %, none above, and none where it is whole."""
    if ratio is None:
        return DASH
    value = Fraction(ratio) * 100
    return number(value, _percent_digits(value) if digits is None else digits) + "\N{NO-BREAK SPACE}%"


def points(ratio, digits=1) -> str:
    """A difference of two percentages: 0.016 → 1.6 pt."""
    if ratio is None:
        return DASH
    return number(Fraction(ratio) * 100, digits) + "\N{NO-BREAK SPACE}" + pgettext("percentage points", "pt")


def duration(seconds, *, short=False) -> str:
    """18720 → 5 h 12 min (short: 5 h 12). The two largest units, minutes at least, days of 24 hours from two days on."""
    if seconds is None:
        return DASH
    return "".join(text for text, _small in duration_parts(seconds, short=short))


def duration_parts(seconds, *, short=False) -> list[tuple[str, bool]]:
    """The pieces of a duration, each with whether it is a unit (set smaller in tiles)."""
    gap = "\N{NO-BREAK SPACE}"
    sign = MINUS if seconds < 0 else ""
    minutes = round(abs(seconds) / 60)
    if minutes < 60:
        return [(sign + number(minutes), False), (gap + _("min"), True)]
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        parts = [(sign + str(hours), False), (gap + pgettext("hours", "h"), True)]
        if minutes:
            parts.append((gap + f"{minutes:02d}", False))
            if not short:
                parts.append((gap + _("min"), True))
        return parts
    days, hours = divmod(hours, 24)
    parts = [(sign + number(days), False), (gap + pgettext("days", "d"), True)]
    if hours and days < 14:
        parts += [(gap + str(hours), False), (gap + pgettext("hours", "h"), True)]
    return parts


def value(figure, unit, currency="", digits=None) -> str:
    """A KPI's value as text. Units: money (major units of the currency), percent, duration, days, years, count, score, ratio."""
    return "".join(text for text, _small in value_parts(figure, unit, currency, digits))


def value_parts(figure, unit, currency="", digits=None) -> list[tuple[str, bool]]:
    """A KPI's value in pieces, each with whether it is a unit, which tiles set smaller and greyer."""
    if figure is None:
        return [(DASH, False)]
    if unit == "money":
        return [
            (_money(Fraction(figure), currency, get_currency_precision(currency), _money_digits(figure, digits)), False)
        ]
    if unit == "percent":
        share = Fraction(figure) * 100
        return [
            (number(share, _percent_digits(share) if digits is None else digits), False),
            ("\N{NO-BREAK SPACE}%", True),
        ]
    if unit == "duration":
        return duration_parts(float(figure), short=True)
    if unit == "days":
        return [
            (number(figure, 1 if digits is None else digits), False),
            ("\N{NO-BREAK SPACE}" + pgettext("days", "d"), True),
        ]
    if unit == "years":
        return [
            (number(figure, 1 if digits is None else digits), False),
            ("\N{NO-BREAK SPACE}" + pgettext("years", "y"), True),
        ]
    if unit == "ratio":
        return [(number(figure, 1 if digits is None else digits), False), ("\N{NO-BREAK SPACE}×", True)]
    if digits is None:
        digits = 0 if Fraction(figure).denominator == 1 else 1
    return [(number(figure, digits), False)]


def difference(change, unit, currency="") -> str:
    """The size of a change without its sign, as a delta says it: 1.6 pt, €210, 52 min."""
    change = abs(Fraction(change))
    return points(change) if unit == "percent" else value(change, unit, currency)


def day(when, *, year=None) -> str:
    """18 Nov, with the year where it is not the present one (or always, or never)."""
    if when is None:
        return DASH
    when = local_date(when)
    with_year = when.year != local(timezone.now()).year if year is None else year
    return _first(when, _strip_dots(format_date(when, _DAY_YEAR if with_year else _DAY, locale=locale())))


def long_day(when) -> str:
    """Wednesday 18 November, with the year where it is not the present one."""
    if when is None:
        return DASH
    when = local_date(when)
    pattern = {"es": "EEEE d 'de' MMMM"}.get(locale().language, "EEEE d MMMM")
    if when.year != local(timezone.now()).year:
        pattern += {"es": " 'de' y"}.get(locale().language, " y")
    text = _first(when, format_date(when, pattern, locale=locale()))
    return text[0].upper() + text[1:]


def clock(when) -> str:
    """09:12 in the active time zone."""
    return DASH if when is None else format_time(local(when), "HH:mm", locale=locale())


def moment(when) -> str:
    """18 Nov 08:31 in the active time zone."""
    return DASH if when is None else f"{day(when)} {clock(when)}"


def full_moment(when) -> str:
    """For titles and exports: 18 November 2026, 08:31:07."""
    return DASH if when is None else format_datetime(local(when), "d MMMM y, HH:mm:ss", locale=locale())


def ago(when, now=None) -> str:
    """How long something has been waiting, or is still to come: 41 min, 4 h 10 min, 2 days."""
    if when is None:
        return DASH
    seconds = abs(((now or timezone.now()) - when).total_seconds())
    if seconds < 48 * 3600:
        return duration(seconds)
    days = int(seconds // 86400)
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": number(days)}


def due(when, *, now=None) -> tuple[str, str]:
    """How a due date or moment reads, and its tone: ("2 days overdue", "bad"), ("10:30", ""), ("tomorrow", "")."""
    if when is None:
        return _("Any time"), ""
    now = now or timezone.now()
    today = local(now).date()
    on = local_date(when)
    late = (today - on).days
    if late > 0:
        return ngettext("%(count)s day overdue", "%(count)s days overdue", late) % {"count": number(late)}, "bad"
    if late == 0:
        if not isinstance(when, datetime):
            return _("today"), ""
        if when < now:
            return _("%(time)s overdue") % {"time": ago(when, now)}, "bad"
        return clock(when), ""
    if late == -1:
        return _("tomorrow"), ""
    if late > -7:
        return format_date(on, "EEE", locale=locale()).rstrip(".") + " " + day(on), ""
    return day(on), ""


def initials(name) -> str:
    """Two letters for an avatar: Nadia Ferrand → NF."""
    words = [word for word in str(name or "").replace("@", " ").replace(".", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).upper()


def short_name(name) -> str:
    """Nadia Ferrand → Nadia F."""
    words = str(name or "").split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else str(name or "")


def chart_format(unit, currency="") -> dict:
    """What charts.js needs to write numbers like we do: locale, unit and the currency's sign and place."""
    sample = _money(Fraction(1), currency, 0, 0) if unit == "money" and currency else ""
    before, _one, after = sample.partition("1")
    marks = {"percent": "%", "ratio": "×", "days": pgettext("days", "d"), "years": pgettext("years", "y")}
    suffix = "\N{NO-BREAK SPACE}" + marks[unit] if unit in marks else after
    return {
        "locale": str(locale()).replace("_", "-"),
        "unit": unit,
        "before": before,
        "after": suffix,
        "thousand": pgettext("thousands", "k"),
        "million": pgettext("millions", "m"),
        "hour": pgettext("hours", "h"),
        "minute": _("min"),
        "day": pgettext("days", "d"),
    }


def local(when: datetime) -> datetime:
    """The moment on the company's clock."""
    return when.astimezone(Company.current().zone)


def local_date(when) -> date:
    return local(when).date() if isinstance(when, datetime) else when


def rounded(value, digits=0) -> Decimal:
    """Half up, from integers, fractions or decimals alike."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    elif isinstance(value, Fraction):
        # Twenty digits more than are shown: a fraction exactly on a half stays on it.
        scale = 10 ** (digits + 20)
        value = Decimal(value.numerator * scale // value.denominator) / Decimal(scale)
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


_DAY, _DAY_YEAR = "d MMM", "d MMM y"


def _money(amount, currency, exponent, digits):
    if digits is None:
        digits = 0 if rounded(amount, exponent) == rounded(amount, 0) else exponent
    pattern = (
        locale()
        .currency_formats["standard"]
        .pattern.split(";")[0]
        .replace("0.00", "0" + ("." + "0" * digits if digits else ""))
    )
    text = format_currency(rounded(amount, digits), currency, pattern, locale=locale(), currency_digits=False)
    return _typeset(text)


def _money_digits(figure, digits):
    """KPI values are read at a glance: cents only below 10."""
    return digits if digits is not None or abs(figure) < 10 else 0


def _percent_digits(share):
    return 0 if rounded(share, 1) == rounded(share, 0) or abs(share) >= 100 else 1


def _typeset(text):
    return text.replace("-", MINUS)


def _strip_dots(text):
    """Spanish and French abbreviate months with dots that only disturb a column."""
    return text.replace(".", "")


def _first(when, text):
    """French calls the first of a month the first, and only that: 1er nov, 2 nov."""
    return text.replace("1 ", "1er ", 1) if when.day == 1 and locale().language == "fr" else text
