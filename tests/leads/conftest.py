import datetime as dt

import pytest
import time_machine

from crm.models import Company


@pytest.fixture(autouse=True)
def midsummer():
    """The tests happen on 2026-06-15, in a company on UTC that bills in euros."""
    Company.forget()
    with time_machine.travel(dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC), tick=False):
        yield
    Company.forget()
