"""What a list can be narrowed by. A filter reads its own parameters, refuses what it does not understand, narrows the
queryset, and says in words what it does.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from crm import formats
from crm.exceptions import Invalid
from crm.models.company import Company
from crm.periods import Grain, following, period_of

NONE, ME = "none", "me"
MOST_VALUES = 50
LONGEST = 200
LARGEST = 2**63 - 1


class BadQuery(Invalid):
    """A list was asked for something it does not offer."""

    code = "bad_query"


def refuse(name, message):
    raise BadQuery(message, fields={name: [message]})


@dataclass
class Filter:
    """Base of the filters. `name` is the parameter; `column` the column or path it narrows, where that differs."""

    name: str
    label: Any = ""
    column: str = ""
    template: ClassVar[str] = ""
    suffixes: ClassVar[tuple[str, ...]] = ("",)

    def bind(self, model) -> None:
        """Take what was not said from the model's field."""
        self.column = self.column or self.name
        if not self.label:
            try:
                self.label = model._meta.get_field(self.column.split("__")[0]).verbose_name
            except FieldDoesNotExist:
                self.label = self.name.replace("_", " ")
        self.label = capfirst(self.label)

    @property
    def parameters(self) -> list[str]:
        return [self.name + suffix for suffix in self.suffixes]

    def read(self, values: dict[str, list[str]], user) -> Any:
        """The wanted value, or None where the filter is not used. Raises BadQuery."""
        raise NotImplementedError

    def apply(self, queryset: QuerySet, value, user) -> QuerySet:
        raise NotImplementedError

    def say(self, value, user) -> str:
        raise NotImplementedError

    def options(self, user) -> Iterable[tuple[str, Any]]:
        return ()

    def one(self, values, suffix="") -> str:
        found = [text for text in values.get(self.name + suffix, []) if text != ""]
        if len(found) > 1:
            refuse(self.name + suffix, _("Only one value is possible here."))
        if found and len(found[0]) > LONGEST:
            refuse(self.name + suffix, _("This value is too long."))
        return found[0] if found else ""

    def many(self, values) -> list[str]:
        found = list(dict.fromkeys(text for text in values.get(self.name, []) if text != ""))
        if len(found) > MOST_VALUES or any(len(text) > LONGEST for text in found):
            refuse(self.name, _("Those are too many values."))
        return found


@dataclass
class Choice(Filter):
    """One or several of a column's choices."""

    choices: Iterable[tuple[Any, Any]] = ()
    template = "choice"

    def __init__(self, name, choices, label="", column=""):
        super().__init__(name, label, column)
        self.choices = list(choices)

    def read(self, values, user):
        known = {str(key): key for key, _label in self.choices}
        found = self.many(values)
        for text in found:
            if text not in known:
                refuse(self.name, _("“%(value)s” is not one of the choices.") % {"value": text})
        return [known[text] for text in found] or None

    def apply(self, queryset, value, user):
        return queryset.filter(**{f"{self.column}__in": value})

    def say(self, value, user):
        return ", ".join(str(label) for key, label in self.choices if key in value)

    def options(self, user):
        return [(str(key), label) for key, label in self.choices]


@dataclass
class Ref(Filter):
    """A foreign key: one or several records the user may see, `none`, and `me` where it points at people."""

    model: Any = None
    template = "ref"
    most_options = 200

    def __init__(self, name, model, label="", column="", order_by=()):
        super().__init__(name, label, column)
        self.model = model
        self.order_by = order_by

    @property
    def is_person(self):
        from django.contrib.auth import get_user_model  # leaf: filters are declared before the user model is loaded

        return self.model is get_user_model()

    def read(self, values, user):
        found = self.many(values)
        wanted = set()
        for text in found:
            if text == NONE:
                wanted.add(None)
            elif text == ME and self.is_person:
                wanted.add(user.pk)
            elif text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST:
                wanted.add(int(text))
            else:
                refuse(self.name, _("“%(value)s” is not the number of a record.") % {"value": text})
        ids = wanted - {None}
        if ids - {user.pk if self.is_person else None}:
            missing = ids - set(self.model.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
            if missing:
                refuse(self.name, _("There is no such record: %(id)s.") % {"id": min(missing)})
        return wanted or None

    def apply(self, queryset, value, user):
        q = Q(**{f"{self.column}__in": value - {None}})
        return queryset.filter(q | Q(**{f"{self.column}__isnull": True}) if None in value else q)

    def say(self, value, user):
        names = [_("me") if self.is_person and pk == user.pk else None for pk in value]
        others = value - {None} - ({user.pk} if self.is_person else set())
        names = [name for name in names if name]
        if others:
            names += [str(record) for record in self.model.objects.visible_to(user).filter(pk__in=others)]
        return ", ".join(names + ([_("nobody") if self.is_person else _("none")] if None in value else []))

    def options(self, user):
        records = self.model.objects.visible_to(user)
        if self.order_by:
            records = records.order_by(*self.order_by)
        special = [(ME, _("me"))] if self.is_person else []
        special.append((NONE, _("nobody") if self.is_person else _("none")))
        return special + [(str(record.pk), str(record)) for record in records[: self.most_options]]


@dataclass
class Range(Filter):
    """A number from … to …; `scale` turns what people type into what is stored (100 for cents)."""

    scale: int = 1
    template = "range"
    suffixes = ("_min", "_max")

    def __init__(self, name, label="", column="", scale=1):
        super().__init__(name, label, column)
        self.scale = scale

    def read(self, values, user):
        low, high = (self._number(self.one(values, suffix), suffix) for suffix in self.suffixes)
        return (low, high) if low is not None or high is not None else None

    def _number(self, text, suffix):
        if not text:
            return None
        digits = text.removeprefix("-")
        if (
            not (digits.isascii() and digits.isdigit())
            or abs(int(text[:20])) * self.scale > LARGEST
            or len(digits) > 19
        ):
            refuse(self.name + suffix, _("“%(value)s” is not a whole number we can count with.") % {"value": text})
        return int(text) * self.scale

    def apply(self, queryset, value, user):
        low, high = value
        if low is not None:
            queryset = queryset.filter(**{f"{self.column}__gte": low})
        return queryset if high is None else queryset.filter(**{f"{self.column}__lte": high})

    def say(self, value, user):
        low, high = (None if part is None else formats.number(part // self.scale) for part in value)
        if low is not None and high is not None:
            return f"{low}–{high}"
        return f"≥ {low}" if high is None else f"≤ {high}"


def _last(days):
    return lambda today, company: (today - dt.timedelta(days=days - 1), today)


def _period(grain, shift=0):
    def days(today, company):
        period = period_of(grain, today, company)
        period = following(period, company, shift) if shift else period
        return period.start, period.end - dt.timedelta(days=1)

    return days


PRESETS = {
    "today": (gettext_lazy("today"), _last(1)),
    "yesterday": (gettext_lazy("yesterday"), _period(Grain.DAY, -1)),
    "last_7_days": (gettext_lazy("last 7 days"), _last(7)),
    "last_30_days": (gettext_lazy("last 30 days"), _last(30)),
    "last_90_days": (gettext_lazy("last 90 days"), _last(90)),
    "this_week": (gettext_lazy("this week"), _period(Grain.WEEK)),
    "last_week": (gettext_lazy("last week"), _period(Grain.WEEK, -1)),
    "this_month": (gettext_lazy("this month"), _period(Grain.MONTH)),
    "last_month": (gettext_lazy("last month"), _period(Grain.MONTH, -1)),
    "next_month": (gettext_lazy("next month"), _period(Grain.MONTH, 1)),
    "this_quarter": (gettext_lazy("this quarter"), _period(Grain.QUARTER)),
    "last_quarter": (gettext_lazy("last quarter"), _period(Grain.QUARTER, -1)),
    "this_year": (gettext_lazy("this year"), _period(Grain.YEAR)),
    "last_year": (gettext_lazy("last year"), _period(Grain.YEAR, -1)),
    "before_today": (gettext_lazy("before today"), lambda today, company: (None, today - dt.timedelta(days=1))),
    "next_7_days": (gettext_lazy("next 7 days"), lambda today, company: (today, today + dt.timedelta(days=6))),
    "next_30_days": (gettext_lazy("next 30 days"), lambda today, company: (today, today + dt.timedelta(days=29))),
}


@dataclass
class Dates(Filter):
    """A `…_on` column: a preset in the company's days (`?created_on=last_30_days`), or `_from` and `_to`, both
    included."""

    template = "dates"
    suffixes = ("", "_from", "_to")

    def read(self, values, user):
        preset, first, last = (self.one(values, suffix) for suffix in self.suffixes)
        if preset:
            if preset not in PRESETS:
                refuse(self.name, _("“%(value)s” is not a known period.") % {"value": preset})
            return preset, None, None
        first, last = self._day(first, "_from"), self._day(last, "_to")
        return ("", first, last) if first or last else None

    def _day(self, text, suffix):
        if not text:
            return None
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            refuse(self.name + suffix, _("“%(value)s” is not a date; write 2026-03-31.") % {"value": text})

    def apply(self, queryset, value, user):
        preset, first, last = value
        if preset:
            company = Company.current()
            first, last = PRESETS[preset][1](company.today(), company)
        if first:
            queryset = queryset.filter(**{f"{self.column}__gte": first})
        return queryset.filter(**{f"{self.column}__lte": last}) if last else queryset

    def say(self, value, user):
        preset, first, last = value
        if preset:
            return str(PRESETS[preset][0])
        if first and last:
            return formats.day(first) if first == last else f"{formats.day(first)} – {formats.day(last)}"
        if first:
            return _("from %(day)s") % {"day": formats.day(first)}
        return _("until %(day)s") % {"day": formats.day(last)}

    def options(self, user):
        return [(key, label) for key, (label, _days) in PRESETS.items()]


@dataclass
class Bool(Filter):
    """Yes or no."""

    template = "choice_one"
    words: tuple = field(default=(pgettext_lazy("filter", "yes"), pgettext_lazy("filter", "no")))

    def read(self, values, user):
        text = self.one(values)
        if text not in ("", "yes", "no", "true", "false"):
            refuse(self.name, _("Only yes or no is possible here."))
        return None if text == "" else text in ("yes", "true")

    def apply(self, queryset, value, user):
        return queryset.filter(**{self.column: value})

    def say(self, value, user):
        return str(self.words[0 if value else 1])

    def options(self, user):
        return [("yes", self.words[0]), ("no", self.words[1])]


@dataclass
class IsNull(Bool):
    """Whether a column is set: yes, no."""

    words: tuple = field(default=(pgettext_lazy("filter", "set"), pgettext_lazy("filter", "not set")))

    def apply(self, queryset, value, user):
        return queryset.filter(**{f"{self.column}__isnull": not value})


@dataclass
class Custom(Filter):
    """Named conditions of the noun's own: `{"overdue": (label, Q)}`, where Q may be a function of the user."""

    template = "choice_one"
    conditions: dict = field(default_factory=dict)

    def __init__(self, name, conditions, label=""):
        super().__init__(name, label, name)
        self.conditions = conditions

    def read(self, values, user):
        text = self.one(values)
        if text and text not in self.conditions:
            refuse(self.name, _("“%(value)s” is not one of the choices.") % {"value": text})
        return text or None

    def apply(self, queryset, value, user):
        q = self.conditions[value][1]
        return queryset.filter(q(user) if callable(q) and not isinstance(q, Q) else q)

    def say(self, value, user):
        return str(self.conditions[value][0])

    def options(self, user):
        return [(key, label) for key, (label, _q) in self.conditions.items()]
