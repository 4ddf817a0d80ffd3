"""Every address × every method × every role, against the table in roles.csv; no refusal and no GET leaves a trace.

What a page sends is an empty form: whoever may write gets the form back (422), whoever may not is refused before that.
The columns are explained in tests/system/house.py. After adding an address, run

    TALLYARD_WRITE_ROLES=1 pytest tests/test_every_url.py

which adds rows as the code behaves: read them before you commit them.
"""

import csv
import os
from pathlib import Path

import pytest
from django.db import transaction

from tests.system.house import ROLES, contents, difference, furnished, named_urls

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("roles.csv")
URLS = named_urls()
REFUSED = {401, 403, 404, 405, 409, 422, 400}


def expected():
    with TABLE.open(newline="") as file:
        return {(row["url"], row["method"]): [row[role] for role in ROLES] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    with furnished(django_db_blocker) as house:
        yield house


def ask(house, name, method, role):
    """The answer; what was written is taken back where that was asked for and not refused."""
    client, address = house.clients[role], house.address(name, URLS[name][0])
    body = {} if method == "GET" or not address.startswith("/api/") else {"content_type": "application/json"}
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = getattr(client, method.lower())(address, **body)
        if getattr(response, "streaming", False):
            b"".join(response.streaming_content)
        may_write = method != "GET" and response.status_code not in REFUSED and not to_sign_in(response)
        transaction.set_rollback(may_write)
    client.cookies = cookies
    return "sign in" if to_sign_in(response) else str(response.status_code)


def to_sign_in(response):
    return response.status_code == 302 and response.url.startswith("/auth/login/")


@pytest.mark.parametrize("name", sorted(URLS))
def test_every_role_gets_what_the_table_says(house, name):
    table, answers = expected(), {}
    before = contents()
    for method in URLS[name][1]:
        answers[name, method] = [ask(house, name, method, role) for role in ROLES]
    assert difference(before, contents()) == {}, "a refusal or a GET has written something"
    if os.environ.get("TALLYARD_WRITE_ROLES") == "1":
        write(table | {key: found for key, found in answers.items() if key not in table})
        table = expected()
    wanted = {key: table.get(key, "no row in tests/roles.csv") for key in answers}
    assert answers == wanted, dict(zip(ROLES, zip(*answers.values(), strict=True), strict=True))
    assert not any(status.startswith("5") for found in answers.values() for status in found)


def test_the_table_has_no_row_for_what_is_gone():
    mounted = {(name, method) for name, (_arguments, methods) in URLS.items() for method in methods}
    assert set(expected()) - mounted == set()


def write(table):
    with TABLE.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["url", "method", *ROLES])
        rows.writerows([*key, *found] for key, found in sorted(table.items()))
