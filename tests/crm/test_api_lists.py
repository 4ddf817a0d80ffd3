"""Every list of the API, whatever its noun: the same rules for parameters, pages, ids and strangers."""

import pytest

pytestmark = pytest.mark.django_db


def resources():
    from crm.api import router

    return sorted(
        f"/api/v1/{prefix}/"
        for prefix, viewset, _name in router.registry
        if getattr(viewset, "list_class", None) is not None and "list" in dir(viewset)
    )


URLS = resources()


def test_there_are_resources():
    assert "/api/v1/accounts/" in URLS


@pytest.mark.parametrize("url", URLS)
def test_nothing_is_said_to_strangers(client, url):
    response = client.get(url)
    assert response.status_code == 401
    assert set(response.json()) == {"code", "detail", "fields"}


@pytest.mark.parametrize("url", URLS)
def test_an_empty_list_is_an_empty_page(client, people, url):
    client.force_login(people["admin"])
    body = client.get(url).json()
    assert set(body) == {"next", "results"}


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "sort=owner__password",
        "after=x",
        "size=0",
        f"size={10**19}",
        "page=1",
        "view=x",
        "q=%00",
        "limit=5",
    ],
)
def test_every_resource_refuses_what_it_does_not_know(client, people, url, query):
    client.force_login(people["admin"])
    response = client.get(f"{url}?{query}")
    assert response.status_code == 400
    assert set(response.json()) == {"code", "detail", "fields"}


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("number", ["999999", "9" * 18, "9" * 30, "0", "-1", "x", "%00", "1e3"])
def test_every_resource_answers_odd_ids_with_a_404(client, people, url, number):
    client.force_login(people["admin"])
    assert client.get(f"{url}{number}/").status_code in (404, 400 if "%" in number else 404)


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"x"', "7", '{"name": {"a": 7e999}}', '{"id": 1, "x": {"y": []}}']
)
def test_no_body_breaks_a_resource(client, people, url, body):
    client.force_login(people["admin"])
    response = client.post(url, body, content_type="application/json")
    assert 400 <= response.status_code < 500
    assert set(response.json()) == {"code", "detail", "fields"}
