"""Bad input: every problem by file, row and column, with what to do; nothing is written. The same on both databases."""

import pytest

from crm.models import Event, ImportBatch
from leads.models import Lead
from tests.imports.conftest import HEADER, LEADS

GOOD = "1,Ada,ada@example.test,100.50,2026-01-02,2026-01-05\n"


def nothing_written():
    return not (Lead.objects.exists() or ImportBatch.objects.exists() or Event.objects.exists())


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("2,Bo,,-5,2026-01-02,\n", "leads.csv, row 3, column value: “-5” is negative; an amount has to be 0 or more."),
        ("2,Bo,,1,2026-02-30,\n", "leads.csv, row 3, column created: “2026-02-30” is not a date like 2026-03-31."),
        ("2,Bo,,1,,\n", "leads.csv, row 3, column created: The cell is empty, a value is needed."),
        ("2,Bo,bo@,1,2026-01-02,\n", "leads.csv, row 3, column email: “bo@” is not an e-mail address."),
        (
            "2,B\0o,,1,2026-01-02,\n",
            "leads.csv, row 3, column name: The cell holds a NUL character. Remove it in the source.",
        ),
        ("1,Bo,,1,2026-01-02,\n", "leads.csv, row 3, column id: “1” stands in leads.csv, row 2 already."),
        (",Bo,,1,2026-01-02,\n", "leads.csv, row 3, column id: The key is empty."),
        ("2,Bo,,1\n", "leads.csv, row 3: The row has 4 cells, the header has 6 columns."),
        (
            "2,Bo,,1,2026-01-02,2999-01-01\n",
            "leads.csv, row 3, column qualified: “2999-01-01” lies outside the years 1900 to 2200.",
        ),
        ("2,Bo,,1,2199-01-02,\n", "leads.csv, row 3, column created: This lies in the future."),
        (
            "2," + "x" * 121 + ",,1,2026-01-02,\n",
            "leads.csv, row 3, column name: The text has 121 characters, 120 fit.",
        ),
    ],
    ids=["negative", "date", "empty", "email", "nul", "twice", "no-key", "ragged", "year", "future", "long"],
)
def test_a_bad_row_is_reported_and_nothing_written(load, row, problem):
    result = load(LEADS, **{"leads.csv": HEADER + GOOD + row})
    assert result.reported == [problem]
    assert result.failed == "1 problem; nothing was written."
    assert nothing_written()


def test_every_problem_is_reported_the_report_is_bounded(load):
    rows = "".join(f"{number},Bo,,-1,never,\n" for number in range(5000))
    result = load(LEADS, **{"leads.csv": HEADER + rows})
    assert len(result.reported) == 201
    assert result.reported[-1] == "… and 9800 more problems."
    assert result.failed == "10000 problems; nothing was written."
    assert nothing_written()


def test_a_wrong_encoding_is_reported_by_cell(load):
    content = (HEADER + GOOD + "2,Zoë,,1,2026-01-02,\n").encode("cp1252")
    result = load(LEADS, **{"leads.csv": content})
    assert result.reported == [
        "leads.csv, row 3, column name: The byte 0xEB is not utf-8. State the right `encoding` in the mapping."
    ]
    assert nothing_written()
    result = load('encoding = "cp1252"\n' + LEADS, **{"leads.csv": content})
    assert result.failed == ""
    assert Lead.objects.get(external_id="test:2").name == "Zoë"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_other_encodings_are_read_when_stated(load, encoding):
    content = (HEADER + GOOD.replace("Ada", "Žofie 🚀")).encode(encoding)
    result = load(f'encoding = "{encoding.removesuffix("-sig")}"\n' + LEADS, **{"leads.csv": content})
    assert result.failed == ""
    assert Lead.objects.get().name == "Žofie 🚀"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "leads.csv: leads.csv is empty: the first row has to name the columns."),
        (HEADER.encode("utf-16"), "leads.csv: leads.csv is not written in utf-8. State its `encoding` in the mapping."),
        (
            HEADER.replace(",", ";").encode(),
            "leads.csv: There is no column created, email, id, name, qualified, value; the file has "
            "id;name;email;value;created;qualified. Is the delimiter right?",
        ),
        (
            HEADER.replace("id", "id,shoe").encode(),
            "leads.csv: The mapping does not know these columns: shoe. Map them, or list them under `ignore`.",
        ),
        (HEADER.replace("name", "id").encode(), "leads.csv: leads.csv names a column twice: id."),
    ],
    ids=["empty", "utf-16", "delimiter", "unknown column", "column twice"],
)
def test_a_file_that_does_not_fit_is_reported_as_a_whole(load, content, problem):
    result = load(LEADS, **{"leads.csv": content})
    assert result.reported == [problem]
    assert nothing_written()


def test_a_line_that_never_ends_costs_no_memory(load):
    result = load(LEADS, **{"leads.csv": HEADER + '1,"' + "x" * 1_100_000})
    assert "more than 1000000 characters" in result.reported[0]
    assert nothing_written()


def test_a_missing_file_and_one_outside_are_refused(load):
    assert load(LEADS).reported == ["leads.csv: There is no file leads.csv in the folder."]
    outside = LEADS.replace("leads.csv", "../../etc/passwd")
    assert "lies outside the folder" in load(outside).reported[0]


def test_a_missing_reference_is_reported_once_with_its_rows(load):
    mapping = LEADS + 'source = "origin"\n'
    rows = "".join(f"{number},Bo,,1,2026-01-02,,web\n" for number in range(3))
    result = load(mapping, **{"leads.csv": HEADER.replace("\n", ",origin\n") + rows})
    assert result.reported == [
        "leads.csv, row 2, column origin: There is no source “web”, neither in the files nor in the database. 3 rows name it."
    ]
    assert nothing_written()


def test_bad_rows_are_left_out_only_where_the_mapping_says_so(load):
    mapping = 'on_error = "skip"\n' + LEADS
    result = load(mapping, **{"leads.csv": HEADER + GOOD + "2,Bo,,-5,2026-01-02,\n"})
    assert result.failed == ""
    assert result.reported[-1] == "1 row was left out."
    assert list(Lead.objects.values_list("external_id", flat=True)) == ["test:1"]


def test_another_currency_is_refused(load):
    result = load('currency = "USD"\n' + LEADS, **{"leads.csv": HEADER + GOOD})
    assert result.failed.startswith("The amounts are in USD, the company counts in EUR.")


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("name = ", "The mapping is not a TOML file"),
        ('name = "x"', "The mapping has no [[table]]."),
        (LEADS.replace("namespace", "namespce"), "the mapping: unknown option namespce"),
        (LEADS.replace('noun = "lead"', 'noun = "led"'), "table 1: there is no noun “led”; there are team, user"),
        (LEADS.replace('name = "name"', 'nam = "name"'), "table 1 (lead): there is no field “nam”"),
        (LEADS.replace('created_at = "created"', ""), "table 1 (lead): these fields are needed: created_at."),
        (LEADS.replace('"email"', '{ colum = "email" }'), "unknown option colum"),
        (LEADS.replace('"email"', "{ default = 'x' }"), "give exactly one of `column`, `template`, `value`"),
        (LEADS.replace('"email"', "{ template = '{email|shout}' }"), "there is no filter “shout”"),
        ('zone = "Mars/Olympus"\n' + LEADS, "“Mars/Olympus” is no time zone"),
        ('locale = "xx_YY"\n' + LEADS, "“xx_YY” is no locale"),
        ('encoding = "utf-9"\n' + LEADS, "“utf-9” is no encoding"),
        ('on_error = "ignore"\n' + LEADS, "`on_error` is one of refuse, skip."),
        (LEADS.replace('key = "id"', ""), "`key` has to name the column"),
    ],
)
def test_a_mapping_that_makes_no_sense_says_why(load, mapping, message):
    result = load(mapping, **{"leads.csv": HEADER + GOOD})
    assert message in result.failed
    assert nothing_written()
