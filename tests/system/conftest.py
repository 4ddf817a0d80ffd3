import pytest

from crm import wake
from crm.models import Company


@pytest.fixture(autouse=True)
def forgotten_company():
    """The company's settings are remembered per process; a test must not see another one's."""
    Company.forget()
    yield
    Company.forget()


@pytest.fixture(autouse=True)
def closed_breaker(monkeypatch):
    monkeypatch.setattr(wake, "_closed_until", 0.0)
