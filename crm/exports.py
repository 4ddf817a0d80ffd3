"""A list as CSV, row by row: no more of it in memory than a batch, and no cell that a spreadsheet would run."""

import csv

from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils import timezone

from crm import events

BATCH = 1000
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"  # by which spreadsheets know UTF-8


def neutral(value):
    """Text that a spreadsheet might take for a formula gets an apostrophe in front; importing takes it away again."""
    if isinstance(value, (int, float)):
        return value
    text = str(value)
    return f"'{text}" if text.lstrip("'").startswith(STARTS_FORMULA) else text


def restored(text: str) -> str:
    """What `neutral` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(STARTS_FORMULA) else text


def csv_response(listing, *, by) -> StreamingHttpResponse:
    """The whole list that was asked for, the pages' limits apart. Who exported what is an event."""
    with transaction.atomic():
        events.record("list.exported", by, by=by, data={"list": listing.name, "query": listing.url()[1:]})
    response = StreamingHttpResponse(lines(listing), content_type="text/csv; charset=utf-8")
    day = timezone.now().date().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{listing.name}-{day}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def lines(listing):
    writer = csv.writer(_Echo())
    columns = [column for column in [*listing.columns, *listing.exported] if column.is_exported]
    yield BOM + writer.writerow(["id", *(neutral(column.label) for column in columns)])
    for record in listing.keyset.ordered().iterator(chunk_size=BATCH):
        yield writer.writerow([record.pk, *(neutral(column.export_of(record)) for column in columns)])


class _Echo:
    """A file that hands every line straight on."""

    def write(self, line):
        return line
