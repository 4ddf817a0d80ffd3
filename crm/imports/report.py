"""What is wrong with the files, by file, row and column, so that a person can mend it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.exceptions import Invalid

KEPT = 200  # problems remembered; all are counted


class BadMapping(Invalid):
    """The mapping file itself makes no sense."""

    code = "bad_mapping"


class BadFile(Invalid):
    """A file cannot be read at all: missing, too large, no header."""

    code = "bad_file"


@dataclass(frozen=True)
class Problem:
    file: str
    row: int  # as a spreadsheet counts: the header is row 1; 0 where the whole file is meant
    column: str
    message: str

    def __str__(self):
        place = self.file
        if self.row:
            place += ", " + _("row %(row)s") % {"row": self.row}
        if self.column:
            place += ", " + _("column %(column)s") % {"column": self.column}
        return f"{place}: {self.message}"


class Report:
    """Every problem is counted, the first ones are kept, so that a broken file of any size costs no memory."""

    def __init__(self, limit=KEPT):
        self.limit = limit
        self.total = 0
        self.problems = []

    def add(self, file, row, column, message, count=1):
        self.total += count
        if len(self.problems) < self.limit:
            self.problems.append(Problem(file, row, column, message))

    def __bool__(self):
        return self.total > 0

    def lines(self):
        lines = [str(problem) for problem in self.problems]
        if self.total > len(self.problems):
            rest = self.total - len(self.problems)
            lines.append(
                ngettext("… and %(count)s more problem.", "… and %(count)s more problems.", rest) % {"count": rest}
            )
        return lines

    def as_json(self):
        return [
            {"file": each.file, "row": each.row, "column": each.column, "message": each.message}
            for each in self.problems
        ]
