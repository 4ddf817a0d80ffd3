import pytest

from crm.models import Company


@pytest.fixture(autouse=True)
def forget_company():
    """Settings are remembered for some seconds; a test must not see those of the one before."""
    Company.forget()
    yield
    Company.forget()
