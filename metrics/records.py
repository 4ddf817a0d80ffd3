"""The records behind a number, as a table that adds up to it."""

from urllib.parse import urlencode

from django.utils.translation import gettext as _

from crm import formats
from crm.exceptions import Invalid
from metrics import engine
from metrics.measures import DAYS, MICROS, MINOR
from metrics.tiles import amount

PAGE = 25


def table(kpi, selection, user, *, part="", after="", path="", size=PAGE):
    """Columns, rows, the sum in words and the way to more, for one part of a KPI in one period and segment."""
    parts = kpi.parts
    part = part or next(iter(parts))
    if part not in parts:
        raise Invalid(_("This number has no part called “%(part)s”.") % {"part": part[:40]})
    found, total, seen = engine.members_visible(
        kpi, part, selection.period, user, today=selection.today, **selection.segment
    )
    rows = list(related(found.filter(pk__gt=cursor(after)).order_by("pk"))[: size + 1])
    more = len(rows) > size
    measure, currency = parts[part], selection.company.currency
    next_query = {**selection_query(selection), "part": part, "after": rows[size - 1].pk} if more else None
    return {
        "parts": part_choices(kpi, part, selection, path),
        "columns": columns(found.model),
        "rows": [cells(record, measure, currency) for record in rows[:size]],
        "next_url": f"{path}?{urlencode(next_query)}#records" if more else "",
        "sum": sum_words(measure, total, seen, currency),
        "blank_title": _("No record"),
        "blank_text": _("Nothing was counted here in this period."),
    }


def cursor(after):
    if not after:
        return 0
    if after.isascii() and after.isdigit() and len(after) < 19:
        return int(after)
    raise Invalid(_("This page does not exist: start again from the first."))


def selection_query(selection):
    query = {"grain": selection.period.grain, "start": selection.period.start.isoformat()}
    return query | ({selection.dimension: selection.member} if selection.dimension else {})


def part_choices(kpi, chosen, selection, path):
    if len(kpi.parts) < 2:
        return []
    names = part_names(kpi)
    return [
        {"label": names[part], "on": part == chosen, "url": f"{path}{selection.query(part=part)}#records"}
        for part in kpi.parts
    ]


def part_names(kpi):
    """Counted and base, or for a product the KPI and its part."""
    plain = {"numerator": _("Counted"), "denominator": _("Out of"), "values": _("Values")}
    names = {}
    for part in kpi.parts:
        slug, _dot, own = part.rpartition(".")
        names[part] = plain.get(part, part)
        if slug:
            names[part] = _("%(name)s: %(text)s") % {"name": engine.find(slug).name, "text": plain[own]}
    return names


def related(records):
    """Joined with what the table shows of them."""
    names = {field.name for field in records.model._meta.fields}
    wanted = [name for name in ("account", "owner", "lead") if name in names]
    return records.select_related(*wanted) if wanted else records


def columns(model):
    names = {field.name for field in model._meta.fields}
    found = [{"label": model._meta.verbose_name.capitalize()}]
    if "owner" in names:
        found.append({"label": _("Owner")})
    day = _("Customer since") if "first_paid_on" in names else _("Day")
    found += [{"label": day}, {"label": _("Adds"), "end": True}]
    return found


def cells(record, measure, currency):
    names = {field.name for field in record._meta.fields}
    first = {"text": title(record), "url": address(record), "class": ""}
    found = [first]
    if "owner" in names:
        found.append({"text": record.owner.short_name if record.owner else "—", "class": "soft"})
    found.append({"text": formats.day(day_of(record, measure)), "class": "soft num"})
    found.append({"text": adds(record.adds, measure, currency), "class": "end num"})
    return found


def title(record):
    """The account where the record has no name of its own."""
    if hasattr(record, "name"):
        return record.name
    account = getattr(record, "account", None)
    return str(account or record)


def address(record):
    if hasattr(record, "get_absolute_url"):
        return record.get_absolute_url()
    account = getattr(record, "account", None)
    return account.get_absolute_url() if account else ""


def day_of(record, measure):
    """The day by which it is counted."""
    column = getattr(measure, "on", "")
    if column and hasattr(record, column):
        return getattr(record, column)
    for name in ("first_paid_on", "closed_on", "on", "created_on", "starts_on"):
        if getattr(record, name, None):
            return getattr(record, name)
    return None


def adds(number, measure, currency):
    number = int(number)
    if measure.scale in (MICROS, MINOR):
        return amount(number, measure, currency)
    return formats.value(number, "days") if measure.scale == DAYS else formats.number(number)


def sum_words(measure, total, seen, currency):
    """ "The records add up to the 36 above", and what of it lies outside what the reader may see."""
    said = _("The records add up to %(total)s.") % {"total": adds(total, measure, currency)}
    if seen != total:
        said += " " + _("You may see those for %(seen)s of it.") % {"seen": adds(seen, measure, currency)}
    return said
