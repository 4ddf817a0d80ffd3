"""The API's common ground: keys, scopes, policy, one shape of errors, pages, and writes that are done once."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from crm import apikeys, idempotency
from crm.models import ApiKey, Event, IdempotencyKey

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.crm.list_urls")]
URL = "/api/v1/probes/"


@pytest.fixture
def key(people):
    """The Authorization header of a fresh key."""

    def make(role="rep", scope="write"):
        _key, text = apikeys.create(people[role], name="Test", scope=scope, by=people[role])
        return {"Authorization": f"Bearer {text}"}

    return make


@pytest.fixture
def account(people):
    return Account.objects.create(
        name="Norrby", owner=people["rep"], team=people["rep"].team, created_on=dt.date(2026, 11, 1)
    )


def post(client, body, headers, url=URL):
    return client.post(url, body, content_type="application/json", headers=headers)


def test_a_key_reads_and_writes_as_its_user(client, people, key):
    headers = key()
    created = post(client, {"name": "New", "owner": people["admin"].pk, "status": "customer"}, headers)
    assert created.status_code == 201
    account = Account.objects.get()
    assert (account.owner, account.status) == (people["rep"], "prospect")
    assert client.get(URL, headers=headers).json() == {
        "next": None,
        "results": [{"id": account.pk, "name": "New", "owner": people["rep"].pk, "status": "prospect"}],
    }
    assert ApiKey.objects.get().last_used_at is not None


def test_signed_out_requests_are_refused(client):
    response = client.get(URL)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert set(response.json()) == {"code", "detail", "fields"}


def test_a_reading_key_does_not_write(client, key):
    assert client.get(URL, headers=key(scope="read")).status_code == 200
    assert post(client, {"name": "New"}, key(scope="read")).status_code == 403
    assert not Account.objects.exists()


def test_revoked_keys_forged_keys_and_keys_of_people_who_left_do_not_work(client, people, key):
    headers = key()
    assert client.get(URL, headers={"Authorization": headers["Authorization"] + "x"}).status_code == 401
    assert client.get(URL, headers={"Authorization": f"Bearer {ApiKey.objects.get().digest}"}).status_code == 401
    apikeys.revoke(ApiKey.objects.get(), by=people["rep"])
    assert client.get(URL, headers=headers).status_code == 401
    headers = key("manager")
    people["manager"].is_active = False
    people["manager"].save()
    assert client.get(URL, headers=headers).status_code == 401


def test_invisible_is_404_and_visible_but_not_yours_is_403(client, people, key, account):
    url = f"{URL}{account.pk}/"
    assert client.get(url, headers=key("stranger")).status_code == 200
    patch = {"content_type": "application/json", "headers": key("stranger")}
    assert client.patch(url, {"name": "Taken over"}, **patch).status_code == 403
    assert client.delete(url, headers=key("stranger")).status_code == 403
    assert client.get(f"{URL}999999/", headers=key()).status_code == 404
    account.refresh_from_db()
    assert (account.name, account.trashed_at) == ("Norrby", None)
    account.trash(by=people["rep"])
    assert client.get(url, headers=key("admin")).status_code == 404


@pytest.mark.parametrize("number", ["0", "9" * 19, "1e5", "١"])
def test_odd_ids_are_404(client, key, number):
    assert client.get(f"{URL}{number}/", headers=key()).status_code == 404


def test_deleting_puts_into_the_trash(client, key, account):
    assert client.delete(f"{URL}{account.pk}/", headers=key()).status_code == 204
    account.refresh_from_db()
    assert account.is_trashed
    assert Event.objects.filter(kind="account.trashed").count() == 1


@pytest.mark.parametrize(
    "query", ["colour=red", "sort=owner__password", "status=x", "after=x", "size=0", "owner=1;DROP", "page=1"]
)
def test_unknown_parameters_are_a_400_in_the_one_shape(client, key, query):
    response = client.get(f"{URL}?{query}", headers=key())
    assert response.status_code == 400
    assert set(response.json()) == {"code", "detail", "fields"}
    assert query.split("=")[0] in response.json()["fields"]


def test_pages_link_to_the_next(client, people, key):
    for number in range(5):
        Account.objects.create(name=f"{number}", owner=people["rep"], created_on=dt.date(2026, 11, 1))
    headers, url, seen = key(), f"{URL}?size=2&sort=name", []
    while url:
        page = client.get(url, headers=headers).json()
        seen += [row["name"] for row in page["results"]]
        url = page["next"]
    assert seen == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": ""}, 400, "invalid"),
        ({"name": "x" * 201}, 400, "invalid"),
        ({"name": "taken"}, 409, "conflict"),
        ({"name": ["list"]}, 400, "invalid"),
        ([], 400, "invalid"),
        ("{", 400, "parse_error"),
        ('{"name": "\\u0000"}', 400, "bad_request"),
        ('{"name": "\\ud800"}', 400, "bad_request"),
        ('{"name": "a\x00"}', 400, "bad_request"),
        ("[" * 100_000, 400, "bad_request"),
        ('{"name": NaN}', 400, "parse_error"),
    ],
)
def test_bad_bodies_are_refused_in_the_one_shape(client, key, body, status, code):
    response = post(client, body, key())
    assert response.status_code == status
    assert set(response.json()) == {"code", "detail", "fields"}
    assert response.json()["code"] == code
    assert not Account.objects.exists()


def test_emoji_are_text(client, key):
    assert post(client, '{"name": "\\ud83d\\ude80 Rocket"}', key()).json()["name"] == "🚀 Rocket"


def test_a_full_disk_is_a_503(client, key):
    response = post(client, {"name": "breaks"}, key())
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert response.json()["code"] == "unavailable"


# Writes that are sent twice


def test_the_same_key_and_body_are_done_once_and_answered_twice(client, key):
    headers = key() | {"Idempotency-Key": "abc"}
    first, second = post(client, {"name": "Once"}, headers), post(client, {"name": "Once"}, headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert Account.objects.count() == 1


def test_the_same_key_with_another_body_is_a_409(client, key):
    headers = key() | {"Idempotency-Key": "abc"}
    post(client, {"name": "Once"}, headers)
    response = post(client, {"name": "Twice"}, headers)
    assert (response.status_code, response.json()["code"]) == (409, "key_reused")
    assert Account.objects.count() == 1


def test_keys_belong_to_their_user(client, key):
    for role in ("rep", "manager"):
        assert post(client, {"name": role}, key(role) | {"Idempotency-Key": "abc"}).status_code == 201
    assert Account.objects.count() == 2


def test_refusals_are_replayed_but_a_conflict_may_be_tried_again(client, key):
    headers = key()
    assert post(client, {"name": ""}, headers | {"Idempotency-Key": "a"}).status_code == 400
    assert IdempotencyKey.objects.get().status == 400
    for _ in range(2):
        assert post(client, {"name": "taken"}, headers | {"Idempotency-Key": "b"}).status_code == 409
    assert not IdempotencyKey.objects.filter(key="b").exists()


def test_while_the_first_request_runs_the_second_is_a_409_and_a_dead_one_is_taken_over(client, people, key):
    headers = key() | {"Idempotency-Key": "abc"}
    post(client, {"name": "Once"}, headers)
    IdempotencyKey.objects.update(status=None, body=None)
    assert post(client, {"name": "Once"}, headers).json()["code"] == "still_running"
    IdempotencyKey.objects.update(created_at=timezone.now() - idempotency.GIVEN_UP_AFTER - dt.timedelta(seconds=1))
    assert post(client, {"name": "Once"}, headers).status_code == 201


@pytest.mark.parametrize("bad", ["x" * 121, "é"])
def test_odd_keys_are_refused(client, key, bad):
    assert post(client, {"name": "Once"}, key() | {"Idempotency-Key": bad}).status_code == 400
    assert not Account.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_at_the_same_moment_writes_once(people, key):
    headers = key() | {"Idempotency-Key": "abc"}
    start, answers = threading.Barrier(4), []

    def send():
        try:
            start.wait(10)
            answers.append(post(Client(), {"name": "Once"}, headers).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 4
    assert set(answers) <= {201, 409}
    assert 201 in answers
    assert Account.objects.count() == 1


def test_old_keys_are_forgotten(client, key):
    post(client, {"name": "Once"}, key() | {"Idempotency-Key": "abc"})
    IdempotencyKey.objects.update(created_at=timezone.now() - dt.timedelta(days=3))
    assert idempotency.purge() == 1


# Schema and documentation


def test_the_schema_knows_filters_and_pages(client, key):
    response = client.get("/api/v1/schema/?format=json", headers=key())
    assert response.status_code == 200
    parameters = {row["name"] for row in response.json()["paths"][URL]["get"]["parameters"]}
    assert {"status", "owner", "employees_min", "created_on_from", "q", "sort", "after", "size", "view"} <= parameters


def test_the_root_lists_what_there_is(client, key):
    assert set(client.get("/api/v1/", headers=key()).json()) == {"probes", "schema", "docs"}


def test_the_docs_need_no_inline_script(client, people):
    client.force_login(people["rep"])
    page = client.get("/api/v1/docs/").content.decode()
    assert page.count("<script") == page.count("<script src=")
    assert " onclick" not in page
