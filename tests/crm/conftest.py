import pytest

from accounts.models import Team, User
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


@pytest.fixture
def people(db):
    """One person per role, all in one team, and a rep of another team."""
    team, other = Team.objects.create(name="North"), Team.objects.create(name="South")
    found = {
        role: User.objects.create_user(
            f"{role}@example.test", "x", name=f"{role.capitalize()} North", roles=[role], team=team
        )
        for role in ("rep", "agent", "manager", "admin")
    }
    found["stranger"] = User.objects.create_user(
        "stranger@example.test", "x", name="Stranger South", roles=["rep"], team=other
    )
    return found
