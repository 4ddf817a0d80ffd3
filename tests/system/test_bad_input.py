"""What nobody should send: every form, every write of the API and every filter answers it with a clear 4xx, or takes it
whole; a refusal leaves every row of every table as it was, and no second click does a thing twice."""

import datetime as dt
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django import forms
from django.db import transaction
from rest_framework.serializers import BaseSerializer

from crm.views.lists import ListView
from tests.system.house import contents, difference, furnished, named_urls, today

pytestmark = pytest.mark.django_db
URLS = named_urls()
HUGE = str(10**19)
MEGABYTE = "x" * 2**20
TEXTS = [HUGE, "NaN", "🦊", f"-{HUGE}", "9" * 400, "1e999", "2026-02-30", "99999-12-31", "\u202egnp", MEGABYTE]
RAW = ["%00", "a%00b", "%ED%A0%80", "%FF%FE", "%C0%80"]  # NUL bytes, a lone surrogate, what is no UTF-8
VALUES = [10**19, -(10**19), 1.5, True, None, [], {"a": [1]}, "", "🦊", "\x00", "\ud800", "9" * 400, MEGABYTE]
FINE, REFUSED = {200, 201, 204, 302}, {400, 403, 404, 405, 409, 413, 422}


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    with furnished(django_db_blocker) as house:
        yield house


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """More requests than a person sends in a minute."""
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.allow_request", lambda *_args: True)


def ask(client, method, address, *args, **kwargs):
    """The status; what was written is taken back where the answer was a success."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = getattr(client, method)(address, *args, **kwargs)
        if getattr(response, "streaming", False):
            b"".join(response.streaming_content)
        transaction.set_rollback(response.status_code not in REFUSED)
    client.cookies = cookies
    return response.status_code


# Forms


def form_pages():
    """Those of our own addresses that answer a GET with a page; which of them hold a form shows when they are asked."""
    own = (name for name in URLS if not name.startswith(("api-", "api_", "mfa_", "account_")))
    return sorted({*own, "account_create", "account_edit"})


def form_of(response):
    form = (response.context or {}).get("form") if response.status_code == 200 else None
    return form if isinstance(form, forms.BaseForm) else None


def filled(form):
    """The form as somebody in a hurry fills it: what stands there, and something for whatever is required."""
    return {form.add_prefix(name): given for name, field in form.fields.items() if (given := entry(form, name, field))}


def entry(form, name, field):
    value = form[name].value()
    if isinstance(value, dt.datetime):
        value = value.strftime("%Y-%m-%dT%H:%M")
    if value not in (None, "", []):
        return [str(getattr(one, "pk", one)) for one in value] if isinstance(value, (list, tuple)) else str(value)
    if not field.required:
        return ""
    choices = [str(getattr(key, "value", key)) for key, _label in getattr(field, "choices", ()) if str(key)]
    match field:
        case forms.MultipleChoiceField() | forms.ModelMultipleChoiceField():
            return choices[:1]
        case forms.ChoiceField() | forms.ModelChoiceField():
            return choices[0] if choices else ""
        case forms.DateField():
            return today().isoformat()
        case forms.EmailField():
            return "somebody@new.test"
        case forms.BooleanField():
            return "on"
    return {"account": "Olivar Ceramics", "region": "Iberia", "name": "Somebody new"}.get(name, "7")


@pytest.mark.parametrize("name", form_pages())
def test_no_field_of_any_form_breaks(house, name):
    client, address = house.clients["admin"], house.address(name, URLS[name][0])
    form = form_of(client.get(address))
    if form is None:
        return  # not a page with a form
    good, before, answers = filled(form), contents(), {}
    for field in form.fields:
        for text in TEXTS[:2]:
            answers[field, text[:20]] = ask(client, "post", address, good | {form.add_prefix(field): text})
    for raw in RAW:
        body = f"{urlencode(good, doseq=True)}&{form.add_prefix(field)}={raw}"
        answers["raw", raw] = ask(client, "post", address, body, content_type="application/x-www-form-urlencoded")
    everywhere = [{form.add_prefix(field): text for field in form.fields} for text in TEXTS]
    answers |= {("all", body[next(iter(body))][:20]): ask(client, "post", address, body) for body in everywhere}
    assert {status for (field, _text), status in answers.items() if field == "raw"} == {400}
    assert {key: status for key, status in answers.items() if status not in FINE | REFUSED} == {}
    assert difference(before, contents()) == {}


@pytest.mark.parametrize("name", form_pages())
def test_the_second_click_on_a_form_breaks_nothing(house, name):
    """It is refused without a trace, or does over again what may be done twice, such as adding a note."""
    client, address = house.clients["admin"], house.address(name, URLS[name][0])
    form = form_of(client.get(address))
    body = filled(form) if form is not None else {}
    first = client.post(address, body)
    assert first.status_code in FINE | REFUSED, first.status_code
    before = contents()
    second = client.post(address, body)
    assert second.status_code in FINE | REFUSED, second.status_code
    if second.status_code in REFUSED:
        assert difference(before, contents()) == {}


ONCE = {
    "lead_convert": ({"account_name": "Maison Calvet", "with_deal": "on", "deal_name": "Seats"}, 409),
    "lead_disqualify": ({"reason": "No budget"}, 409),
    "deal_win": ({}, 409),
    "deal_lose": ({"reason": "Price"}, 409),
    "order_withdraw": ({}, 409),
    "order_refund": ({"amount": "99", "on": None}, 422),
    "subscription_pause": ({"on": None}, 409),
    "subscription_cancel": ({"on": None, "cause": "voluntary", "reason": "Too expensive"}, 409),
    "movement_correct": ({"on": None, "amount": "11", "reason": "Typed wrong"}, 409),
    "task_complete": ({}, 409),
    "user_deactivate": ({}, 409),
    "score_rule_remove": ({}, 404),
}


@pytest.mark.parametrize("name", ONCE)
def test_what_is_done_once_is_not_done_again_by_a_second_click(house, name):
    client, address = house.clients["admin"], house.address(name, URLS[name][0])
    body = {key: today().isoformat() if value is None else value for key, value in ONCE[name][0].items()}
    before = contents()
    first = client.post(address, body)
    assert first.status_code == 302, first.content.decode()[:3000]
    after = contents()
    assert difference(before, after) != {}
    second = client.post(address, body)
    assert difference(after, contents()) == {}
    assert second.status_code in {302, ONCE[name][1], *range(404, 423)}


# The API


def writes():
    return sorted(
        (name, method)
        for name, (_arguments, methods) in URLS.items()
        if name.startswith("api-")
        for method in methods
        if method in ("POST", "PATCH", "PUT")
    )


@pytest.mark.parametrize(("name", "method"), writes())
def test_no_value_breaks_a_write_of_the_api(house, name, method, monkeypatch):
    client, address = house.clients["admin"], house.address(name, URLS[name][0])
    fields, before, answers = fields_of(client, method, address, monkeypatch), contents(), {}
    for field in fields:
        for value in VALUES[:-1]:
            body = json.dumps(good_values(house) | {field: value})
            answers[field, repr(value)[:20]] = ask(
                client, method.lower(), address, body, content_type="application/json"
            )
    for value in VALUES:
        body = json.dumps(dict.fromkeys(fields, value))
        answers["all", repr(value)[:20]] = ask(client, method.lower(), address, body, content_type="application/json")
    assert {key: status for key, status in answers.items() if status not in FINE | REFUSED} == {}
    assert difference(before, contents()) == {}


def good_values(house):
    return {"name": "Somebody new", "account": house.account.pk, "product": house.product.pk, "reason": "Price"}


def fields_of(client, method, address, monkeypatch):
    """The fields that the view's serializer takes, seen as it is asked to validate."""
    seen = set()
    is_valid = BaseSerializer.is_valid

    def look(self, **kwargs):
        seen.update(name for name, field in getattr(self, "fields", {}).items() if not field.read_only)
        return is_valid(self, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(BaseSerializer, "is_valid", look)
        ask(client, method.lower(), address, "{}", content_type="application/json")
    return sorted(seen)


CREATES = {
    "accounts": lambda house: {"name": "Only once"},
    "contacts": lambda house: {"name": "Only once", "account": house.account.pk},
    "leads": lambda house: {"name": "Only once"},
    "deals": lambda house: {"name": "Only once", "account": house.account.pk},
    "subscriptions": lambda house: {"account": house.account.pk, "product": house.product.pk},
    "goals": lambda house: {
        "kpi": "mrr", "starts_on": f"{today().year}-01-01", "ends_on": f"{today().year + 1}-01-01", "target_value": "9",
    },
}  # fmt: skip


@pytest.mark.parametrize("noun", CREATES)
def test_the_same_idempotency_key_writes_once(house, noun):
    client, body = house.clients["admin"], CREATES[noun](house)
    ask_it = {"content_type": "application/json", "headers": {"Idempotency-Key": f"click-{noun}"}}
    first = client.post(f"/api/v1/{noun}/", body, **ask_it)
    assert first.status_code == 201, first.json()
    written = contents()
    second = client.post(f"/api/v1/{noun}/", body, **ask_it)
    assert (second.status_code, second.json()) == (201, first.json())
    assert difference(written, contents()) == {}
    other = client.post(f"/api/v1/{noun}/", body | {"name": "Another"}, **ask_it)
    assert (other.status_code, difference(written, contents())) == (409, {})


def test_every_noun_that_can_be_created_is_among_them():
    creating = {name.removeprefix("api-").removesuffix("-list") + "s" for name, m in writes() if name.endswith("-list")}
    assert creating == set(CREATES)


# Lists


def lists():
    """(address name, the list's class) for pages and API."""
    from django.urls import get_resolver

    from crm.api import router

    pages = {
        entry.name: entry.callback.view_class.list_class
        for included in get_resolver().url_patterns
        for entry in [included, *getattr(included, "url_patterns", [])]
        if issubclass(getattr(getattr(entry, "callback", None), "view_class", type), ListView)
    }
    api = {
        f"{basename}-list": viewset.list_class
        for _prefix, viewset, basename in router.registry
        if getattr(viewset, "list_class", None)
    }
    return sorted((pages | api).items())


@pytest.mark.parametrize(("name", "list_class"), lists(), ids=lambda value: value if isinstance(value, str) else "")
def test_no_filter_of_any_list_breaks(house, name, list_class):
    client, address = house.clients["admin"], house.address(name, URLS[name][0])
    parameters = [parameter for one in list_class.filters for parameter in one.parameters]
    before, answers = contents(), {}
    for parameter in [*parameters, "q", "sort", "after", "size", "view", "saved", "panel", "ask", "ids"]:
        for text in (HUGE, "🦊", "x" * 3000):
            answers[parameter, text[:20]] = client.get(address, {parameter: text}).status_code
    for raw in RAW:
        assert client.get(f"{address}?q={raw}").status_code == client.get(f"{address}?{raw}").status_code == 400, raw
    assert {key: status for key, status in answers.items() if status not in (200, 400, 404)} == {}
    assert difference(before, contents()) == {}


@pytest.mark.parametrize(("name", "list_class"), lists(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_page_token_of_another_list_is_refused(house, name, list_class):
    client, address = house.clients["admin"], house.address(name, URLS[name][0])
    other = "/api/v1/users/" if name != "api-user-list" else "/api/v1/teams/"
    following = client.get(other, {"size": 1}).json()["next"]
    given = parse_qs(urlsplit(following).query)["after"][0]
    assert client.get(other, {"after": given}).status_code == 200
    if list_class.model._meta.label != "accounts.User":
        assert client.get(address, {"after": given}).status_code == 400
    for forged in ("e30:forged", "W10", "..", ":", given[:-1], given.upper()):
        assert client.get(address, {"after": forged}).status_code == 400, forged
