"""Paging by key gives exactly the rows of the plain order, whatever the ties and nulls, on both databases."""

import datetime as dt
import random

import pytest
from django.core import signing
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.exceptions import Invalid
from crm.keyset import MOST, Keyset, capped_count, size_of
from crm.models import Event

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ROW = st.tuples(
    st.one_of(st.none(), st.integers(-3, 3)),  # context_id: nulls and ties
    st.sampled_from(["a", "B", "á", "", "z"]),  # kind: ties, letters whose order depends on the collation
    st.integers(0, 4),  # at: ties
)
SORTS = [
    ["context_id"],
    ["-context_id"],
    ["kind", "-context_id"],
    ["-context_id", "kind"],
    ["-at", "context_id", "-kind"],
    ["-dispatched_at", "at"],
    ["-id"],
    ["by__name"],
]


def create(rows):
    Event.objects.all().delete()
    return Event.objects.bulk_create(
        Event(
            kind=kind,
            subject_label="x",
            subject_id=1,
            context_id=context_id,
            at=START + dt.timedelta(hours=hours),
            dispatched_at=None if hours % 2 else START + dt.timedelta(microseconds=hours),
        )
        for context_id, kind, hours in rows
    )


def plain_order(sort):
    """The same order, asked for at once."""
    terms = [*sort] if sort[-1].lstrip("-") == "id" else [*sort, "-id" if sort[-1].startswith("-") else "id"]
    order = [
        F(term.lstrip("-")).desc(nulls_last=True) if term.startswith("-") else F(term).asc(nulls_last=True)
        for term in terms
    ]
    return list(Event.objects.order_by(*order).values_list("pk", flat=True))


def pages(sort, size):
    after, found = "", []
    while True:
        page = Keyset(Event.objects.all(), sort).page(after, size)
        assert len(page.rows) <= size
        found.append([row.pk for row in page.rows])
        if page.next is None:
            return found
        assert len(page.rows) == size
        after = page.next


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=14), sort=st.sampled_from(SORTS), size=st.integers(1, 5))
def test_pages_add_up_to_the_plain_order(rows, sort, size):
    create(rows)
    assert [pk for page in pages(sort, size) for pk in page] == plain_order(sort)


@pytest.mark.django_db
def test_nulls_are_last_in_both_directions():
    create([(1, "a", 0), (None, "b", 0), (2, "c", 0)])
    for sort in ("context_id", "-context_id"):
        rows = Keyset(Event.objects.all(), [sort]).page().rows
        assert rows[-1].context_id is None


@pytest.mark.django_db
def test_rows_added_meanwhile_neither_repeat_nor_hide_others():
    create([(number, "a", 0) for number in range(10)])
    first = Keyset(Event.objects.all(), ["-context_id"]).page(size=4)
    Event.objects.create(kind="new", subject_label="x", subject_id=1, context_id=99, at=START)
    Event.objects.filter(pk=first.rows[-1].pk).delete()  # even the row the token came from
    second = Keyset(Event.objects.all(), ["-context_id"]).page(first.next, 4)
    assert [row.context_id for row in second.rows] == [5, 4, 3, 2]


@pytest.mark.django_db
def test_sorting_by_a_related_column_and_by_an_annotation():
    create([(number % 3, "a", 0) for number in range(9)])
    queryset = Event.objects.annotate(twice=F("context_id") * 2)
    found, after = [], ""
    while after is not None:
        page = Keyset(queryset, ["-twice"]).page(after, 2)
        found += [row.twice for row in page.rows]
        after = page.next
    assert found == [4, 4, 4, 2, 2, 2, 0, 0, 0]


@pytest.mark.django_db
def test_broken_and_foreign_tokens_are_refused():
    create([(number, "a", 0) for number in range(5)])
    mine = Keyset(Event.objects.all(), ["context_id"])
    good = mine.page(size=2).next
    foreign = Keyset(Event.objects.all(), ["-context_id"]).page(size=2).next
    other_list = Keyset(Event.objects.all(), ["context_id"], name="other").page(size=2).next
    unsigned = signing.Signer(salt="else").sign_object([1, 1])
    wrong_type = mine.signer.sign_object([{"a": 1}, 1])
    too_short = mine.signer.sign_object([1])
    for token in (
        good[:-1],
        good + "x",
        foreign,
        other_list,
        unsigned,
        wrong_type,
        too_short,
        "x" * 10_000,
        ":",
        "\x00",
    ):
        with pytest.raises(Invalid) as caught:
            mine.page(token, 2)
        assert caught.value.code == "bad_page"


def test_page_sizes_have_bounds():
    assert [size_of(text) for text in ("", None, "1", "200", "201", "999999999")] == [50, 50, 1, MOST, MOST, MOST]
    for text in ("0", "-1", "x", "1.5", str(10**19), "٣", "²", " 5"):
        with pytest.raises(Invalid):
            size_of(text)


@pytest.mark.django_db
def test_counting_stops_at_the_cap(django_assert_num_queries):
    create([(number, "a", 0) for number in range(7)])
    with django_assert_num_queries(1) as captured:
        assert capped_count(Event.objects.all(), cap=5) == (5, True)
    assert "LIMIT 6" in captured[0]["sql"]
    assert capped_count(Event.objects.all(), cap=7) == (7, False)
    assert capped_count(Event.objects.none()) == (0, False)


@pytest.mark.django_db
@pytest.mark.postgresql
def test_a_page_far_in_starts_in_the_index():
    from django.db import connection

    now = timezone.now()
    Event.objects.bulk_create(
        Event(kind="k", subject_label="x", subject_id=1, at=now - dt.timedelta(seconds=number))
        for number in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("CREATE INDEX keyset_probe ON crm_event (at DESC, id DESC)")
        cursor.execute("ANALYZE crm_event")
    found = Keyset(Event.objects.all(), ["-at"])
    row = Event.objects.order_by("-at", "-id")[random.randint(3000, 4000)]
    queryset = found.ordered().filter(found.beyond(found.read(found.token(row))))[:50]
    plan = queryset.explain()
    assert "keyset_probe" in plan
    assert "Index Cond" in plan
    assert "Sort" not in plan
