"""Each data set is loaded once for its module; the tests of the module read it inside one transaction."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

from crm.models import Company

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def load(real_data, django_db_setup, django_db_blocker):
    """`load("olist_funnel", currency="BRL")` loads that data set as such a company would; answers its figures."""

    def load(name, *, currency, time_zone="UTC"):
        company = Company.current()
        company.currency, company.time_zone = currency, time_zone
        company.save()
        call_command("load", str(HERE / f"{name}.toml"), str(real_data / name), verbosity=0, skip_checks=True)
        return json.loads((real_data / "expected.json").read_text())[name]["figures"]

    with django_db_blocker.unblock(), transaction.atomic():
        yield load
        transaction.set_rollback(True)
    Company.forget()


@pytest.fixture(autouse=True)
def reading(db):
    Company.forget()
