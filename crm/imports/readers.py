"""Rows of cells from a CSV file, one at a time, whatever the file tries.

Bad bytes, NUL characters, ragged rows and endless lines become problems of their row; a file that is no table at all
is a `BadFile`.
"""

import codecs
import csv
import re
from pathlib import Path

from django.utils.translation import gettext as _

from crm.imports.report import BadFile

MAX_MEGABYTES = 2048
MAX_LINE = 1_000_000  # characters
MAX_CELL = 200_000
MAX_COLUMNS = 1_000
UNDECODED = re.compile("[\udc80-\udcff]")


class Cell(Exception):
    """A row that cannot be used, and why: `problems` holds (column, message)."""

    def __init__(self, problems):
        super().__init__(problems)
        self.problems = problems


def inside(folder, name):
    """The file of that name in the folder, and nowhere else."""
    folder = Path(folder).resolve()
    path = (folder / name).resolve()
    if folder not in path.parents:
        raise BadFile(_("%(file)s lies outside the folder that is loaded.") % {"file": name})
    if not path.is_file():
        raise BadFile(_("There is no file %(file)s in the folder.") % {"file": name})
    return path


class Reader:
    """Iterate to get `(row number, cells)`, or `(row number, Cell)` where the row cannot be used."""

    def __init__(self, folder, name, *, encoding="utf-8", delimiter=",", max_megabytes=MAX_MEGABYTES):
        self.name = name
        self.path = inside(folder, name)
        if self.path.stat().st_size > max_megabytes * 1_000_000:
            raise BadFile(
                _("%(file)s is larger than %(limit)s MB. Split it, or raise max_megabytes in the mapping.")
                % {"file": name, "limit": max_megabytes}
            )
        self.encoding = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
        self.delimiter = delimiter
        with self._open() as file:
            self.header = self._header(file)

    def _open(self):
        return open(self.path, encoding=self.encoding, errors="surrogateescape", newline="")

    def _lines(self, file):
        """Lines, but never one that does not end."""
        while line := file.readline(MAX_LINE):
            if len(line) >= MAX_LINE:
                raise BadFile(
                    _("%(file)s has a line of more than %(limit)s characters. Is it a CSV file, are its quotes closed?")
                    % {"file": self.name, "limit": MAX_LINE}
                )
            yield line

    def _records(self, file):
        previous = csv.field_size_limit(MAX_CELL)
        try:
            yield from csv.reader(self._lines(file), delimiter=self.delimiter, strict=True)
        except csv.Error as error:
            raise BadFile(
                _("%(file)s is not a readable CSV file: %(error)s.") % {"file": self.name, "error": error}
            ) from None
        except UnicodeError:
            raise BadFile(self._wrong_encoding()) from None
        finally:
            csv.field_size_limit(previous)

    def _wrong_encoding(self):
        return _("%(file)s is not written in %(encoding)s. State its `encoding` in the mapping.") % {
            "file": self.name,
            "encoding": self.encoding.removesuffix("-sig"),
        }

    def _header(self, file):
        header = next(self._records(file), None)
        if not header or not any(cell.strip() for cell in header):
            raise BadFile(_("%(file)s is empty: the first row has to name the columns.") % {"file": self.name})
        header = [cell.strip() for cell in header]
        if any("\0" in cell or UNDECODED.search(cell) for cell in header):
            raise BadFile(self._wrong_encoding())
        if len(header) > MAX_COLUMNS:
            raise BadFile(_("%(file)s has more than %(limit)s columns.") % {"file": self.name, "limit": MAX_COLUMNS})
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise BadFile(
                _("%(file)s names a column twice: %(columns)s.") % {"file": self.name, "columns": ", ".join(twice)}
            )
        return header

    def __iter__(self):
        width = len(self.header)
        with self._open() as file:
            records = self._records(file)
            next(records, None)
            for row, cells in enumerate(records, start=2):
                if not cells:  # an empty line
                    continue
                if len(cells) != width:
                    message = _("The row has %(cells)s cells, the header has %(columns)s columns.")
                    yield row, Cell([("", message % {"cells": len(cells), "columns": width})])
                    continue
                joined = "".join(cells)
                if "\0" in joined or (not joined.isascii() and UNDECODED.search(joined)):
                    yield row, Cell(self._spoilt(cells))
                    continue
                yield row, cells

    def _spoilt(self, cells):
        problems = []
        for column, cell in zip(self.header, cells, strict=True):
            if "\0" in cell:
                problems.append((column, _("The cell holds a NUL character. Remove it in the source.")))
            elif bad := UNDECODED.search(cell):
                message = _("The byte 0x%(byte)s is not %(encoding)s. State the right `encoding` in the mapping.")
                byte = f"{ord(bad.group()) - 0xDC00:02X}"
                problems.append((column, message % {"byte": byte, "encoding": self.encoding.removesuffix("-sig")}))
        return problems
