"""The columns of a list: what a cell shows, what an export writes, how a phone arranges them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.html import format_html
from django.utils.text import capfirst

from crm import formats
from crm.models.company import Company

RIGHT = {"number", "money", "mrr", "percent", "day", "moment", "ago"}
PLAIN = ("text", "name", "pill", "person", "bool", "due", *RIGHT)


@dataclass
class Column:
    """`Column("owner", kind="person", edit="assign")`.

    `value` is a path (`account.name`) or a function of the row, by default the name itself. Kinds: text, name (links to
    the record, with `sub` in grey behind it), pill (`tone(row)` gives "good" or "accent ring"), person, number, money
    and mrr (`currency` is a path), percent, day, moment, ago, due, bool; `template` renders anything else with
    `record` and `value`. `sort` is a key of the list's sorts; `edit` the action by which the cell is changed in place.
    `phone` places it in the two-line row of a phone: "note" (second line), "end" (right), or "" (left out).
    """

    name: str
    label: Any = ""
    kind: str = "text"
    value: str | Callable | None = None
    sub: str | Callable | None = None
    tone: Callable | None = None
    currency: str = ""
    sort: str = ""
    edit: str = ""
    phone: str = ""
    template: str = ""
    export: str | Callable | None = None
    is_exported: bool = True

    def bind(self, model, sorts) -> None:
        """Take what was not said from the model's field."""
        if not self.label:
            try:
                self.label = model._meta.get_field(self.name).verbose_name
            except FieldDoesNotExist:
                self.label = self.name.replace("_", " ")
        self.label = capfirst(self.label)
        if not self.sort and self.name in sorts:
            self.sort = self.name
        if self.kind not in PLAIN and not self.template:
            raise ValueError(f"unknown kind of column {self.kind!r}")

    @property
    def is_right(self) -> bool:
        return self.kind in RIGHT

    @property
    def css(self) -> str:
        return "end num" if self.is_right else ("soft" if self.kind == "text" else "")

    def value_of(self, record) -> Any:
        return look_up(record, self.value or self.name)

    def export_of(self, record) -> Any:
        """For CSV: plain, in major units, ISO dates, empty for nothing."""
        if self.export is not None:
            value = look_up(record, self.export)
            return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else value
        value = self.value_of(record)
        if value is None:
            return ""
        if self.kind == "money":
            return minor_as_text(value, self.currency_of(record))
        if self.kind == "mrr":
            return f"{value / formats.MICROS:.2f}"
        if self.kind == "pill":
            return self._display(record, value)
        if hasattr(value, "isoformat"):
            return value.isoformat()
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)

    def currency_of(self, record) -> str:
        return (look_up(record, self.currency) if self.currency else "") or Company.current().currency

    def cell(self, record, reader=None):
        """The cell's inside, as safe HTML."""
        value = self.value_of(record)
        match self.kind:
            case "name":
                return self._name(record, value)
            case _ if value is None or value == "":
                return format_html('<span class="faint">{}</span>', formats.DASH)
            case "pill":
                tone = self.tone(record) if self.tone else ""
                return format_html('<span class="pill {}">{}</span>', tone, self._display(record, value))
            case "person":
                mine = " me" if reader is not None and value == reader else ""
                return format_html(
                    '<span class="person"><span class="face{}" title="{}" aria-hidden="true">{}</span>'
                    '<span class="soft">{}</span></span>',
                    mine,
                    value,
                    formats.initials(value),
                    formats.short_name(value),
                )
            case "due":
                text, tone = formats.due(value)
                return format_html('<span class="num {}">{}</span>', tone, text)
            case "bool":
                return format_html("{}", "✓" if value else formats.DASH)
        return format_html("{}", self.text(record, value))

    def text(self, record, value) -> str:
        match self.kind:
            case "number":
                return formats.number(value)
            case "money":
                return formats.money(value, self.currency_of(record))
            case "mrr":
                return formats.mrr(value, self.currency_of(record))
            case "percent":
                return formats.percent(value)
            case "day":
                return formats.day(value)
            case "moment":
                return formats.moment(value)
            case "ago":
                return formats.ago(value)
        return self._display(record, value)

    def _name(self, record, value):
        name, sub = self.link(record, value), self.sub_of(record)
        return format_html('{} <span class="soft">{}</span>', name, sub) if sub else name

    def link(self, record, value):
        """The name alone, leading to the record where it has a page."""
        url = record.get_absolute_url() if hasattr(record, "get_absolute_url") else ""
        text = str(value or record) or formats.DASH
        return format_html('<a class="name" href="{}">{}</a>', url, text) if url else format_html("<b>{}</b>", text)

    def sub_of(self, record) -> str:
        return str(look_up(record, self.sub) or "") if self.sub else ""

    def _display(self, record, value) -> str:
        display = getattr(record, f"get_{self.name}_display", None)
        return str(display() if display and not self.value else value)


def look_up(record, path) -> Any:
    """Follow a dotted path, calling nothing but functions given as such; None where it ends early."""
    if callable(path):
        return path(record)
    for part in path.replace("__", ".").split("."):
        if record is None:
            return None
        record = getattr(record, part)
    return record


def minor_as_text(minor: int, currency: str) -> str:
    from crm.money import exponent  # leaf: keeps this module free of babel until something is exported

    digits = exponent(currency)
    sign, minor = ("-" if minor < 0 else ""), abs(minor)
    return f"{sign}{minor // 10**digits}" + (f".{minor % 10**digits:0{digits}d}" if digits else "")
