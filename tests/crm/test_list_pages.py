"""Every list of the product, whatever its noun: opens, asks little, refuses what it does not know."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from crm.views.lists import ListView

pytestmark = pytest.mark.django_db


def list_views(patterns=None, prefix="/"):
    """(address, view class) of every list that is mounted without arguments."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from list_views(entry.url_patterns, address)
        elif isinstance(entry, URLPattern) and "<" not in address:
            view = getattr(entry.callback, "view_class", None)
            if view is not None and issubclass(view, ListView):
                yield address, view


LISTS = dict(list_views())


def test_there_are_lists():
    assert "/jobs/" in LISTS


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize("role", ["rep", "agent", "manager", "admin"])
def test_every_list_opens_with_few_queries_or_says_no(client, people, url, role):
    client.force_login(people[role])
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    is_open = LISTS[url].list_class.is_open_to(people[role])
    assert response.status_code == (200 if is_open else 403)
    assert len(queries) <= 10, "\n".join(query["sql"][:200] for query in queries)


@pytest.mark.parametrize("url", LISTS)
def test_every_sort_view_and_filter_panel_of_every_list_works(client, people, url):
    list_class = LISTS[url].list_class
    client.force_login(people["admin"])
    for sort in list_class.sorts:
        assert client.get(url, {"sort": sort}).status_code == 200
        assert client.get(url, {"sort": f"-{sort}"}).status_code == 200
    for view in [*list_class.views, "all"]:
        assert client.get(url, {"view": view}).status_code == 200
    assert client.get(url, {"panel": "filters"}).status_code == 200
    if list_class.search:
        assert client.get(url, {"q": "Ñandú 50% _"}).status_code == 200


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize(
    "query", ["colour=red", "sort=password", "after=x", "size=0", f"size={10**19}", "view=x", "q=%00", "page=1"]
)
def test_every_list_refuses_what_it_does_not_know(client, people, url, query):
    client.force_login(people["admin"])
    assert client.get(f"{url}?{query}").status_code == 400


@pytest.mark.parametrize("url", LISTS)
def test_every_export_is_refused_to_reps(client, people, url):
    client.force_login(people["rep"])
    assert client.post(url, {"action": "export"}).status_code == 403


@pytest.mark.parametrize("url", LISTS)
def test_every_export_works(client, people, url):
    if not LISTS[url].list_class.can_export:
        return
    client.force_login(people["admin"])
    response = client.post(url, {"action": "export"})
    assert response.status_code == 200
    assert b"".join(response.streaming_content).decode("utf-8-sig").startswith("id,")
