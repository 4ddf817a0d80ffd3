"""What can be imported. Each app's `imports.py` registers its nouns here; the floor knows none by name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.utils.module_loading import autodiscover_modules

TEXT, EMAIL, URL, COUNTRY, CHOICE = "text", "email", "url", "country", "choice"
INTEGER, MONEY, DURATION, BOOLEAN = "integer", "money", "duration", "boolean"
DATE, MOMENT, REFERENCE, STEPS = "date", "moment", "reference", "steps"


@dataclass(frozen=True)
class Field:
    """One thing a mapping can fill.

    Values arrive as: money in integer minor units, durations in seconds, dates as local dates, moments as aware UTC
    datetimes, references as the primary key under `<name>_id`, steps as `{name or primary key: moment}`.
    """

    kind: str = TEXT
    required: bool = False
    limit: int = 0  # characters of a text
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    negative: bool = False  # money below zero is refused unless this is set
    noun: str = ""  # what a reference (or, where they are records, steps) points to


class Noun:
    """How rows of one kind become records. Subclasses say the fields and override what is special."""

    name: str
    model: type[models.Model]
    order: int  # written in this order: what is referred to comes first
    fields: dict[str, Field]
    natural: str = ""  # a unique text column by which records that are already there are found and kept
    group: str = ""  # a reference whose rows are written together in one transaction
    late: tuple[str, ...] = ()  # references filled in at the end, because they point forward or to their own kind
    children: dict[type[models.Model], str] = {}  # rows written along with the record, and their column for it

    def check(self, row: dict[str, Any], run) -> Iterable[tuple[str, str]]:
        """What is wrong with the row as a whole: (field, message). References are not resolved yet."""
        return ()

    def build(self, row: dict[str, Any], run) -> models.Model:
        """The unsaved record."""
        return self.model(**row)

    def histories(self, made: list[tuple[models.Model, dict[str, Any]]], run) -> Iterable[models.Model]:
        """Unsaved rows that belong to the saved records: how they got there, with the dates of then."""
        return ()

    def touches(self, record: models.Model) -> dict[type[models.Model], Iterable[date | None]]:
        """The local days whose numbers the record changes."""
        return {}

    def settles(self, record: models.Model) -> int | None:
        """The account whose derived facts follow from this record."""
        return None

    def accounts_of(self, batch) -> Iterable[int]:
        """The accounts whose derived facts rest on the batch's records, for undoing it."""
        return ()


_nouns: dict[str, Noun] = {}
_settlers: dict[str, tuple[int, Callable]] = {}


def register(noun: type[Noun]) -> type[Noun]:
    """Class decorator: make a noun known under its name."""
    _nouns[noun.name] = noun()
    return noun


def settle(order: int):
    """Decorator: `function(account_ids, run)` brings derived facts of accounts in line, inside each transaction that
    wrote or removed records of theirs; it returns the days touched by that, per model."""

    def decorate(function):
        _settlers[f"{function.__module__}.{function.__name__}"] = (order, function)
        return function

    return decorate


def settlers() -> list[Callable]:
    return [function for _order, function in sorted(_settlers.values(), key=lambda entry: entry[0])]


def all_nouns() -> dict[str, Noun]:
    """Every noun by name, in writing order."""
    autodiscover_modules("imports")
    return dict(sorted(_nouns.items(), key=lambda entry: entry[1].order))
