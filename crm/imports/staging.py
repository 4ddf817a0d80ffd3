"""Check every row of every file before anything is written; what is right waits in the spool.

Each problem names its file, row and column. A second pass over the spool finds references that lead nowhere and
records that are in the database already: those are kept as they are, people may have worked with them since.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.imports import nouns, readers
from crm.imports.mapping import FILTERS, PLACE
from crm.imports.parsers import Unreadable, key, parser
from crm.imports.report import BadFile, Report
from crm.imports.spool import Spool


@dataclass
class Staged:
    """What staging found: the spool to apply from, the report, and how many rows were read."""

    spool: Spool
    report: Report
    rows: int = 0
    left_out: int = 0  # rows with problems, where the mapping says `on_error = "skip"`
    is_unreadable: bool = False  # a whole file, or a column the mapping names, is missing

    def counts(self):
        """Per noun: rows whose record is new, and whose record is in the database already."""
        return {name: (self.spool.count_new(name), self.spool.count_there(name)) for name in self.spool.nouns()}


def stage(mapping, folder, run, progress=lambda done: None):
    spool, report = Spool(), Report()
    staged = Staged(spool, report)
    for part, table in enumerate(mapping.tables):
        try:
            reader = _reader(mapping, table.file, table, folder) if table.file else _Rows(table)
            stager = _Stager(mapping, table, part, reader, folder, run, staged)
            stager.stage(progress)
        except BadFile as error:
            report.add(table.place, 0, "", error.message)
            staged.is_unreadable = True
    spool.is_grouped()
    _find_existing(mapping, spool)
    _find_missing(mapping, spool, report)
    return staged


def _reader(mapping, file, table, folder):
    return readers.Reader(
        folder, file, encoding=table.encoding, delimiter=table.delimiter, max_megabytes=mapping.max_megabytes
    )


class _Rows:
    """Rows written out in the mapping itself, in the shape of a file."""

    def __init__(self, table):
        self.name = table.place
        self.header = list(dict.fromkeys(column for row in table.rows for column in row))
        self.rows = [[str(row.get(column, "")) for column in self.header] for row in table.rows]

    def __iter__(self):
        return enumerate(self.rows, start=1)


class _Stager:
    """One table on its way into the spool."""

    def __init__(self, mapping, table, part, reader, folder, run, staged):
        self.mapping, self.table, self.part, self.reader = mapping, table, part, reader
        self.run, self.staged, self.spool, self.report = run, staged, staged.spool, staged.report
        self.noun = table.noun
        self.place = {column: index for index, column in enumerate(reader.header)}
        self.joins = [self._join(join, folder) for join in table.joins]
        self._check_columns()
        self.readers = [self._cell_reader(column) for column in table.columns]
        self.required = [field for field, spec in self.noun.fields.items() if spec.required]
        self.key_places = [self.place[column] for column in table.key]
        self.only = [(self.place[column], wanted, column) for column, wanted in table.only.items()]
        self.skip_blank = [self.place[column] for column in table.skip_blank]

    def stage(self, progress):
        for row, cells in self.reader:
            self.staged.rows += 1
            if self.staged.rows % 2000 == 0:
                progress(self.staged.rows)
            if isinstance(cells, readers.Cell):
                self._refuse(row, cells.problems)
            elif self._is_wanted(cells):
                self._stage_row(row, cells)

    def _is_wanted(self, cells):
        return all(cells[place].strip() in wanted for place, wanted, _column in self.only) and all(
            cells[place].strip() for place in self.skip_blank
        )

    def _stage_row(self, row, cells):
        name = self.noun.name
        problems = []
        row_key = "|".join(cells[place].strip() for place in self.key_places)
        try:
            if not row_key.strip("|"):
                raise Unreadable(_("The key is empty."))
            key(row_key)
        except Unreadable as error:
            return self._refuse(row, [(", ".join(self.table.key), str(error))])
        taken = self.spool.claim(name, row_key, self.table.place, row)
        if taken is not True:
            if self.table.distinct:
                return None
            message = _("“%(key)s” stands in %(file)s, row %(row)s already.")
            problem = message % {"key": row_key[:80], "file": taken[0], "row": taken[1]}
            return self._refuse(row, [(", ".join(self.table.key), problem)])
        cells = cells + self._joined_cells(cells) if self.joins else cells
        values = {}
        for field, label, read in self.readers:
            try:
                value = read(cells)
            except Unreadable as error:
                problems.append((label, str(error)))
                continue
            if value is not None:
                values[field] = value
        if not problems:
            problems = self._problems_of(values, row_key)
        if problems:
            self.spool.spoil(name, row_key, self.table.place, row)
            return self._refuse(row, problems)
        for field, label, noun in self.references:
            if field in values:
                self.spool.need(noun, values[field], self.table.place, row, label)
        grouped = values.get(self.noun.group, row_key) if self.noun.group else ""
        self.spool.put(self.part, grouped, row_key, values, self.table.place, row)
        return None

    def _problems_of(self, values, row_key):
        """Beyond single cells: what has to be there, what belongs together, what may be there once."""
        problems = [
            (self.label(field), _("The cell is empty, a value is needed."))
            for field in self.required
            if values.get(field) is None
        ]
        if not problems:
            problems = [(self.label(field), message) for field, message in self.noun.check(values, self.run)]
        if not problems and self.noun.natural:
            value = str(values[self.noun.natural])
            other = self.spool.claim_natural(self.noun.name, value, row_key)
            if other is not True:
                message = _("“%(value)s” is also that of “%(other)s”, it has to be unique.")
                problems = [(self.label(self.noun.natural), message % {"value": value[:80], "other": other})]
        return problems

    def _refuse(self, row, problems):
        self.staged.left_out += 1
        for column, message in problems:
            self.report.add(self.table.place, row, column, message)

    # The columns

    def label(self, field):
        return next((column.name for column in self.table.columns if column.field == field), field)

    def _join(self, join, folder):
        reader = _reader(self.mapping, join.file, self.table, folder)
        _need_columns(reader, [join.key])
        place = reader.header.index(join.key)
        for row, cells in reader:
            if isinstance(cells, readers.Cell):
                for column, message in cells.problems:
                    self.report.add(join.file, row, column, message)
            elif not self.spool.put_joined(f"{self.part}.{join.name}", cells[place].strip(), cells):
                message = _("“%(key)s” stands in this file twice, one row is wanted for each.")
                self.report.add(join.file, row, join.key, message % {"key": cells[place][:80]})
        return join, reader.header

    def _joined_cells(self, cells):
        joined = []
        for join, header in self.joins:
            found = self.spool.joined(f"{self.part}.{join.name}", cells[self.place[join.on]].strip())
            joined += found or [""] * len(header)
        return joined

    def _check_columns(self):
        table = self.table
        used = [column for entry in table.columns for column in entry.columns]
        own = [*used, *table.key, *table.only, *table.skip_blank, *(join.on for join, _header in self.joins)]
        for join, header in self.joins:
            start = len(self.place)
            self.place.update({f"{join.name}.{column}": start + index for index, column in enumerate(header)})
        _need_columns(self.reader, own, self.place)
        if self.mapping.other_columns == "refuse" and table.file:
            others = set().union(*(_used(other) for other in self.mapping.tables if other.file == table.file))
            unknown = [column for column in self.reader.header if column not in others and column not in own]
            if unknown:
                message = _(
                    "The mapping does not know these columns: %(columns)s. Map them, or list them under `ignore`."
                )
                raise BadFile(message % {"columns": ", ".join(unknown)})

    def _cell_reader(self, column):
        field = column.field
        spec = self.noun.fields[field.partition(".")[0]]
        parse, blank = parser(spec, column.source), column.source.blank
        values, default, only = column.values, column.default, column.only_values
        get = _getter(column, self.place)

        def read(cells):
            text = get(cells)
            if text in values:
                text = values[text]
            elif only and text not in blank:
                raise Unreadable(_("“%(text)s” is not listed in `values`.") % {"text": text[:80]})
            if text in blank:
                if default is None:
                    return None
                text = default
            return parse(text)

        return field, column.name, read

    @property
    def references(self):
        if not hasattr(self, "_references"):
            self._references = [
                (column.field, column.name, spec.noun)
                for column in self.table.columns
                if (spec := self.noun.fields[column.field.partition(".")[0]]).kind == nouns.REFERENCE
            ]
        return self._references


def _used(table):
    own = {column for entry in table.columns for column in entry.columns}
    return own | {*table.key, *table.only, *table.skip_blank, *table.ignore, *(join.on for join in table.joins)}


def _need_columns(reader, wanted, place=None):
    missing = sorted(set(wanted) - set(reader.header if place is None else place))
    if missing:
        message = _("There is no column %(missing)s; the file has %(columns)s. Is the delimiter right?")
        raise BadFile(message % {"missing": ", ".join(missing), "columns": ", ".join(reader.header)[:500]})


def _getter(column, place):
    """A function from the cells of a row to the text of one field."""
    if column.value is not None:
        return lambda cells: column.value
    if column.column:
        index = place[column.column]
        return lambda cells: cells[index].strip()

    def fill(cells):
        """The filled template; blank where every column in it is."""
        texts = [cells[place[name]].strip() for name in column.columns]
        if texts and not any(texts):
            return ""
        return PLACE.sub(
            lambda found: FILTERS.get(found[2], str)(cells[place[found[1].strip()]].strip()), column.template
        )

    return fill


def _find_existing(mapping, spool):
    """Mark the keys whose record is in the database: by external id, else by the noun's natural key."""
    registered = nouns.all_nouns()
    prefix = mapping.namespace + ":"
    for name in spool.nouns():
        noun = registered[name]
        records = noun.model._base_manager
        if records.filter(external_id__startswith=prefix).exists():
            for keys in spool.keys(name):
                by_id = {prefix + key: key for key in keys}
                for value, pk in records.filter(external_id__in=list(by_id)).values_list("external_id", "pk"):
                    spool.is_there(name, by_id[value], pk)
        if noun.natural:
            for keys in spool.naturals(name):
                found = records.filter(**{f"{noun.natural}__in": list(keys)})
                for value, pk in found.values_list(noun.natural, "pk"):
                    spool.is_there(name, keys[value], pk)


def _find_missing(mapping, spool, report):
    query = """SELECT r.noun, r.key, r.file, r.row, r.column, r.count FROM refs r LEFT JOIN keys k USING (noun, key)
               WHERE k.key IS NULL ORDER BY r.file, r.row"""
    for chunk in spool.chunks(query):
        for noun, key_, file, row, column, count in chunk:
            message = _("There is no %(noun)s “%(key)s”, neither in the files nor in the database.")
            if count > 1:
                message += " " + _("%(count)s rows name it.") % {"count": count}
            report.add(file, row, column, message % {"noun": noun, "key": key_[:80]})
