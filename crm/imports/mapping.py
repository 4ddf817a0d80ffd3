"""The mapping file: which columns of which files become which fields, and how they are written (docs/import.md).

`read` answers a checked `Mapping`, or raises `BadMapping` saying what to change. It looks at no data.
"""

import codecs
import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import available_timezones

from babel import Locale
from babel.core import UnknownLocaleError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from crm.imports import nouns, parsers
from crm.imports.report import BadMapping

ON_ERROR = ("refuse", "skip")
OTHER_COLUMNS = ("refuse", "ignore")
FILTERS = {"slug": slugify, "lower": str.lower, "upper": str.upper, "title": str.title}
PLACE = re.compile(r"\{([^{}|]+)(?:\|(\w+))?\}")

TOP = {
    "name", "namespace", "encoding", "delimiter", "locale", "zone", "currency", "formats", "blank", "on_error",
    "other_columns", "max_megabytes", "table",
}  # fmt: skip
TABLE = {
    "noun",
    "file",
    "rows",
    "key",
    "distinct",
    "only",
    "skip_blank",
    "ignore",
    "encoding",
    "delimiter",
    "join",
    "fields",
}
COLUMN = {
    "column", "template", "value", "default", "values", "only_values", "blank", "format", "formats", "locale", "zone",
    "currency", "unit", "per",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """Where one field's text comes from and how it is read. `field` is "at.Engaging" for a step of a history."""

    field: str
    column: str = ""  # "join name.column" for a joined file
    template: str = ""  # "{agent|slug}@example.test"
    value: str | None = None
    default: str | None = None  # for blank cells
    values: dict[str, str] = field(default_factory=dict)  # type: ignore[operator]
    only_values: bool = False  # anything `values` does not list is an error
    source: parsers.Source = field(default_factory=parsers.Source)  # type: ignore[operator]

    @property
    def name(self):
        """What a report calls it."""
        return self.column or self.template or self.field

    @property
    def columns(self):
        return [self.column] if self.column else [place.strip() for place, _filter in PLACE.findall(self.template)]


@dataclass(frozen=True)
class Join:
    """Another file of which at most one row belongs to each row of the table."""

    name: str
    file: str
    on: str  # column of the table
    key: str  # column of the joined file


@dataclass(frozen=True)
class Table:
    noun: nouns.Noun
    file: str
    rows: tuple[dict, ...]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    joins: tuple[Join, ...]
    distinct: bool
    only: dict[str, frozenset[str]]
    skip_blank: tuple[str, ...]
    ignore: tuple[str, ...]
    encoding: str
    delimiter: str

    @property
    def place(self):
        return self.file or _("the mapping")


@dataclass(frozen=True)
class Mapping:
    name: str
    namespace: str
    currency: str
    on_error: str
    other_columns: str
    max_megabytes: int
    tables: tuple[Table, ...]


def read(path, company):
    """The mapping in a TOML file; what it leaves open is as the company has it."""
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise BadMapping(_("The mapping cannot be read: %(error)s.") % {"error": error.strerror}) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping(_("The mapping is not a TOML file: %(error)s.") % {"error": error}) from None
    return parse(content, company)


def parse(content, company):
    known(content, TOP, _("the mapping"))
    name = text(content, "name", _("the mapping"), required=True)
    if not re.fullmatch(r"[\w.-]{1,60}", name):
        raise BadMapping(_("`name` may hold letters, digits, dots and dashes, at most 60."))
    namespace = text(content, "namespace", name, default=name)
    if not re.fullmatch(r"[a-z0-9_-]{1,30}", namespace):
        raise BadMapping(_("`namespace` may hold small letters, digits and dashes, at most 30."))
    source = source_of(
        content, parsers.Source(zone=company.time_zone, home=company.time_zone, currency=company.currency), name
    )
    tables = content.get("table")
    if not isinstance(tables, list) or not tables:
        raise BadMapping(_("The mapping has no [[table]]."))
    return Mapping(
        name=name,
        namespace=namespace,
        currency=source.currency,
        on_error=one_of(content, "on_error", ON_ERROR),
        other_columns=one_of(content, "other_columns", OTHER_COLUMNS),
        max_megabytes=content.get("max_megabytes", 2048),
        tables=tuple(table(entry, number, content, source) for number, entry in enumerate(tables, start=1)),
    )


def table(entry, number, top, source):
    where = _("table %(number)s") % {"number": number}
    known(entry, TABLE, where)
    registered = nouns.all_nouns()
    noun = registered.get(text(entry, "noun", where, required=True))
    if noun is None:
        raise BadMapping(
            _("%(where)s: there is no noun “%(noun)s”; there are %(nouns)s.")
            % {"where": where, "noun": entry["noun"], "nouns": ", ".join(registered)}
        )
    where = f"{where} ({noun.name})"
    if ("file" in entry) == ("rows" in entry):
        raise BadMapping(_("%(where)s: give either `file` or `rows`.") % {"where": where})
    key = entry.get("key")
    key = (key,) if isinstance(key, str) else tuple(key or ())
    if not key:
        raise BadMapping(_("%(where)s: `key` has to name the column that tells rows apart.") % {"where": where})
    columns = tuple(columns_of(entry.get("fields") or {}, noun, source, where))
    given = {column.field for column in columns}
    missing = [name for name, spec in noun.fields.items() if spec.required and name not in given]
    if missing:
        raise BadMapping(
            _("%(where)s: these fields are needed: %(fields)s.") % {"where": where, "fields": ", ".join(missing)}
        )
    return Table(
        noun=noun,
        file=entry.get("file", ""),
        rows=tuple(entry.get("rows", ())),
        key=key,
        columns=columns,
        joins=tuple(joins_of(entry.get("join") or {}, where)),
        distinct=bool(entry.get("distinct", False)),
        only={column: frozenset(map(str, wanted)) for column, wanted in (entry.get("only") or {}).items()},
        skip_blank=tuple(entry.get("skip_blank", ())),
        ignore=tuple(entry.get("ignore", ())),
        encoding=encoding(text(entry, "encoding", where, default=top.get("encoding", "utf-8"))),
        delimiter=one_character(text(entry, "delimiter", where, default=top.get("delimiter", ","))),
    )


def columns_of(entries, noun, source, where):
    for name, entry in entries.items():
        spec = noun.fields.get(name)
        if spec is None:
            raise BadMapping(
                _("%(where)s: there is no field “%(field)s”; there are %(fields)s.")
                % {"where": where, "field": name, "fields": ", ".join(noun.fields)}
            )
        if spec.kind == nouns.STEPS:
            for step, inner in entry.items():
                yield column(f"{name}.{step}", inner, source, where)
        else:
            yield column(name, entry, source, where)


def column(name, entry, source, where):
    where = f"{where}, {name}"
    if isinstance(entry, str):
        return Column(field=name, column=entry, source=source)
    if not isinstance(entry, dict):
        raise BadMapping(_("%(where)s: name a column, or give a table of options.") % {"where": where})
    known(entry, COLUMN, where)
    if sum(option in entry for option in ("column", "template", "value")) != 1:
        raise BadMapping(_("%(where)s: give exactly one of `column`, `template`, `value`.") % {"where": where})
    for _place, filter_name in PLACE.findall(entry.get("template", "")):
        if filter_name and filter_name not in FILTERS:
            raise BadMapping(
                _("%(where)s: there is no filter “%(filter)s”; there are %(filters)s.")
                % {"where": where, "filter": filter_name, "filters": ", ".join(FILTERS)}
            )
    return Column(
        field=name,
        column=entry.get("column", ""),
        template=entry.get("template", ""),
        value=None if "value" not in entry else str(entry["value"]),
        default=None if "default" not in entry else str(entry["default"]),
        values={str(old): str(new) for old, new in (entry.get("values") or {}).items()},
        only_values=bool(entry.get("only_values", False)),
        source=source_of(entry, source, where),
    )


def joins_of(entries, where):
    for name, entry in entries.items():
        inner = f"{where}, join {name}"
        known(entry, {"file", "on", "key"}, inner)
        on = text(entry, "on", inner, required=True)
        yield Join(name, text(entry, "file", inner, required=True), on, entry.get("key", on))


def source_of(entry, source, where):
    """The source's way of writing, with what this part of the mapping says otherwise."""
    changes = {}
    if "locale" in entry:
        try:
            changes["locale"] = str(Locale.parse(entry["locale"]))
        except (UnknownLocaleError, ValueError, TypeError):
            raise BadMapping(
                _("%(where)s: “%(locale)s” is no locale like de_DE.") % {"where": where, "locale": entry["locale"]}
            ) from None
    if "zone" in entry:
        if entry["zone"] not in available_timezones():
            raise BadMapping(
                _("%(where)s: “%(zone)s” is no time zone like Europe/Madrid.") % {"where": where, "zone": entry["zone"]}
            )
        changes["zone"] = entry["zone"]
    if "currency" in entry:
        if not re.fullmatch("[A-Z]{3}", str(entry["currency"])):
            raise BadMapping(_("%(where)s: a currency is three capital letters.") % {"where": where})
        changes["currency"] = entry["currency"]
    if "unit" in entry:
        if entry["unit"] not in parsers.UNITS:
            raise BadMapping(
                _("%(where)s: `unit` is one of %(units)s.") % {"where": where, "units": ", ".join(parsers.UNITS)}
            )
        changes["unit"] = entry["unit"]
    if "per" in entry:
        if not isinstance(entry["per"], int) or entry["per"] < 1:
            raise BadMapping(_("%(where)s: `per` is a whole number, 1000 for thousands.") % {"where": where})
        changes["per"] = entry["per"]
    formats = [entry["format"]] if "format" in entry else entry.get("formats")
    if formats is not None:
        changes["formats"] = tuple(map(str, formats))
    if "blank" in entry:
        changes["blank"] = frozenset({"", *map(str, entry["blank"])})
    return replace(source, **changes) if changes else source


def known(entry, options, where):
    if not isinstance(entry, dict):
        raise BadMapping(_("%(where)s has to be a table.") % {"where": where})
    unknown = sorted(set(entry) - options)
    if unknown:
        raise BadMapping(
            _("%(where)s: unknown option %(unknown)s; there are %(options)s.")
            % {"where": where, "unknown": ", ".join(unknown), "options": ", ".join(sorted(options))}
        )


def text(entry, option, where, *, required=False, default=""):
    value = entry.get(option, default)
    if not isinstance(value, str) or (required and not value):
        raise BadMapping(_("%(where)s: `%(option)s` has to be a text.") % {"where": where, "option": option})
    return value


def one_of(entry, option, allowed):
    value = entry.get(option, allowed[0])
    if value not in allowed:
        raise BadMapping(_("`%(option)s` is one of %(allowed)s.") % {"option": option, "allowed": ", ".join(allowed)})
    return value


def one_character(value):
    if len(value) != 1:
        raise BadMapping(_("`delimiter` is a single character."))
    return value


def encoding(name):
    try:
        codecs.lookup(name)
        "".encode(name, errors="surrogateescape")
    except (LookupError, TypeError):
        raise BadMapping(
            _("“%(encoding)s” is no encoding that Python knows, like utf-8 or cp1252.") % {"encoding": name}
        ) from None
    return name
