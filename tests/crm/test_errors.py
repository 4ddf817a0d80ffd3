"""Refusals as pages, fragments and JSON; input that nothing could store."""

import pytest
from django.db import OperationalError

from crm import errors
from crm.middleware import is_unstorable

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.crm.list_urls")]

KINDS = [("conflict", 409), ("forbidden", 403), ("invalid", 400), ("database", 503)]


@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_refusals_are_pages(client, kind, status):
    response = client.get(f"/breaks/?kind={kind}")
    assert response.status_code == status
    assert "<h1>" in response.content.decode()
    assert response["X-Request-ID"] in response.content.decode()


@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_refusals_are_json_for_programs(client, kind, status):
    for response in (
        client.get(f"/api/breaks/?kind={kind}"),
        client.get(f"/breaks/?kind={kind}", headers={"Accept": "application/json"}),
    ):
        assert response.status_code == status
        assert set(response.json()) == {"code", "detail", "fields"}


def test_htmx_gets_a_notice(client):
    response = client.get("/breaks/?kind=conflict", headers={"HX-Request": "true"})
    assert response.status_code == 409
    assert response["HX-Retarget"] == "#notices"
    assert "<html" not in response.content.decode()


def test_a_posted_form_that_breaks_a_rule_is_a_422(client):
    response = client.post("/breaks/?kind=invalid")
    assert response.status_code == 422
    assert "Too long." in response.content.decode()


def test_the_page_about_a_missing_database_asks_nothing_of_it(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = errors.unavailable(rf.get("/"), OperationalError("gone"))
    assert response.status_code == 503
    assert response["Retry-After"] == "10"


def test_unknown_addresses(client):
    assert client.get("/nowhere/").status_code == 404
    assert client.get("/api/nowhere/").json()["code"] == "not_found"


@pytest.mark.parametrize(
    "url",
    ["/%00/", "/probes/?q=%00", "/probes/?q=a%00b", "/probes/?q=%ED%A0%80", "/probes/?%FF=1", "/?q=%C3%28"],
)
def test_addresses_that_nothing_could_store_are_a_400(client, url):
    assert client.get(url).status_code in (400, 404)
    if "?" in url:
        assert client.get(url).status_code == 400


def test_forms_and_cookies_that_nothing_could_store_are_a_400(client):
    assert client.post("/breaks/?kind=invalid", {"name": "a\x00b"}).status_code == 400
    body = b"name=%ED%A0%80"
    form = "application/x-www-form-urlencoded"
    assert client.post("/breaks/?kind=invalid", body, content_type=form).status_code == 400
    client.cookies["sessionid"] = '"\\000"'
    assert client.get("/nowhere/", headers={"Cookie": 'sessionid="a\\000b"'}).status_code == 400


def test_unstorable_is_exactly_that():
    assert is_unstorable("a\x00")
    assert is_unstorable("\ud800")
    assert is_unstorable("\udfff")
    for text in ("", "plain", "é", "\ud7ff", "\ue000", "🚀", "\n\t"):
        assert not is_unstorable(text)
