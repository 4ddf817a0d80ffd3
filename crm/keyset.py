"""Pages by key instead of by number: every page costs the same, and no row is shown twice or skipped when rows are
added meanwhile.

A sort is a list of terms as in ``order_by`` ("-score", "created_at"); the primary key is appended, so that the order is
total. Nulls come last in both directions, on both databases. The token in ``after`` carries the sort values of the last
row; it is signed for its list and sort, and anything else is refused.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import F, Field, Q, QuerySet
from django.utils.translation import gettext as _

from crm.exceptions import Invalid

SIZE, MOST = 50, 200
CAP = 1000
LONGEST_TOKEN = 2000


@dataclass(frozen=True)
class Term:
    """One column of the order."""

    name: str
    descending: bool
    nullable: bool
    field: Field

    def ordering(self):
        nulls = {"nulls_last": True} if self.nullable else {}
        return F(self.name).desc(**nulls) if self.descending else F(self.name).asc(**nulls)

    def beyond(self, value) -> Q | None:
        """Rows after this value; none where the value is null already, for nulls come last."""
        if value is None:
            return None
        q = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return q | Q(**{f"{self.name}__isnull": True}) if self.nullable else q

    def level(self, value) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def value_of(self, row) -> Any:
        for part in self.name.split("__"):
            row = getattr(row, part) if row is not None else None
        return row


@dataclass(frozen=True)
class Page:
    rows: list
    next: str | None  # the token of the page after this one


class Keyset:
    """One declared sort over one queryset."""

    def __init__(self, queryset: QuerySet, sort: list[str], *, name: str = ""):
        self.queryset = queryset
        self.terms = terms(queryset, sort)
        order = ",".join(f"{'-' if term.descending else ''}{term.name}" for term in self.terms)
        self.signer = signing.Signer(salt=f"keyset:{name}:{queryset.model._meta.label_lower}:{order}")

    def page(self, after: str = "", size: int = SIZE) -> Page:
        queryset = self.ordered()
        if after:
            queryset = queryset.filter(self.beyond(self.read(after)))
        rows = list(queryset[: size + 1])
        more = len(rows) > size
        rows = rows[:size]
        return Page(rows, self.token(rows[-1]) if more else None)

    def ordered(self) -> QuerySet:
        return self.queryset.order_by(*(term.ordering() for term in self.terms))

    def beyond(self, values: list) -> Q:
        """The rows after these values, without row values (they know no nulls): (a > x) or (a = x and b > y) or …"""
        branches, level = [], Q()
        for term, value in zip(self.terms, values, strict=True):
            beyond = term.beyond(value)
            if beyond is not None:
                branches.append(level & beyond)
            level &= term.level(value)
        first, value = self.terms[0], values[0]
        q = reduce(or_, branches)
        if value is not None and not first.nullable:  # says nothing new, but lets the database start in the index
            q &= Q(**{f"{first.name}__{'lte' if first.descending else 'gte'}": value})
        return q

    def token(self, row) -> str:
        return self.signer.sign_object([_stored(term.value_of(row)) for term in self.terms], compress=True)

    def read(self, token: str) -> list:
        try:
            if len(token) > LONGEST_TOKEN:
                raise ValueError
            stored = self.signer.unsign_object(token)
            return [
                None if value is None else term.field.to_python(value)
                for term, value in zip(self.terms, stored, strict=True)
            ]
        except (signing.BadSignature, ModelValidationError, ValueError, TypeError) as error:
            message = _("This page marker is broken or belongs to another list. Please start at the first page.")
            raise Invalid(message, code="bad_page", fields={"after": [message]}) from error


def terms(queryset: QuerySet, sort: list[str]) -> list[Term]:
    """The terms of a sort, ending with the primary key in the direction of the last one."""
    pk = queryset.model._meta.pk.name
    found = [_term(queryset, text.removeprefix("-"), text.startswith("-")) for text in sort]
    if not found or found[-1].name not in (pk, "pk"):
        found.append(_term(queryset, pk, found[-1].descending if found else True))
    return found


def _term(queryset, name, descending) -> Term:
    if name in queryset.query.annotations:
        return Term(name, descending, True, queryset.query.annotations[name].output_field)
    model, nullable = queryset.model, False
    parts = name.split("__")
    for part in parts:
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:
            raise LookupError(f"{queryset.model._meta.label} cannot be sorted by {name}.") from None
        nullable = nullable or field.null
        model = field.related_model
    if field.is_relation:
        name, field = f"{name}_id", field.target_field
    return Term(name, descending, nullable, field)


def _stored(value):
    """As JSON; ``Field.to_python`` reads it back."""
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value)
    return str(value) if isinstance(value, Decimal) else value


def size_of(text, default: int = SIZE) -> int:
    """The page size somebody asked for, within bounds."""
    if text in (None, ""):
        return default
    if str(text).isascii() and str(text).isdigit() and len(str(text)) < 10 and int(text) > 0:
        return min(int(text), MOST)
    message = _("A page has 1 to %(most)s records.") % {"most": MOST}
    raise Invalid(message, code="bad_page", fields={"size": [message]})


def capped_count(queryset: QuerySet, cap: int = CAP) -> tuple[int, bool]:
    """How many rows, counted up to ``cap``, and whether there are more."""
    count = queryset.order_by()[: cap + 1].count()
    return min(count, cap), count > cap
