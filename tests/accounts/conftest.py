import datetime as dt

import pytest
import time_machine

from crm.models import Company


@pytest.fixture(autouse=True)
def fresh_settings():
    """The company's settings are remembered for some seconds: not from one test to the next."""
    Company.forget()
    yield
    Company.forget()


@pytest.fixture
def midsummer():
    """It is 2026-06-15, in a company on UTC that bills in euros."""
    with time_machine.travel(dt.datetime(2026, 6, 15, 10, tzinfo=dt.UTC), tick=False):
        yield
