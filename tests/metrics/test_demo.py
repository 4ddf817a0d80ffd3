import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone

from accounts.models import Account, MrrInterval, User
from crm import jobs
from crm.models import Company, Event, Job
from leads.models import Lead, LeadStageChange, Task
from metrics.demo import history
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(monkeypatch):
    """A tenth of the demo company."""
    Company.forget()
    monkeypatch.setattr(history, "LEADS", 40)
    monkeypatch.setattr(history, "OLD_FRIENDS", 14)
    yield
    Company.forget()


def test_demo_refuses_where_people_work_already():
    UserFactory()
    with pytest.raises(CommandError, match="users already"):
        call_command("demo")
    assert User.objects.count() == 1


def test_demo_is_a_consistent_past_that_sets_nothing_off(small):
    history.tell()
    for name in ("admin", "manager", "rep", "agent"):
        assert authenticate(None, email=f"{name}@demo.test", password="demo").role_names == {name}
    assert not Event.objects.filter(dispatched_at=None).exists()
    assert not Event.objects.filter(at__gt=timezone.now()).exists()
    jobs.sweep(seconds=1)
    assert not Job.objects.exists()
    for account in Account.objects.annotate(sum=Sum("movements__amount")):
        assert account.mrr == (account.sum or 0)
    today = Company.current().today()
    held = MrrInterval.objects.filter(start_on__lte=today, end_on__gt=today).aggregate(sum=Sum("mrr"))["sum"]
    assert held == Account.objects.aggregate(sum=Sum("mrr"))["sum"] > 0
    first_steps = LeadStageChange.objects.filter(from_stage="")
    assert first_steps.count() == Lead.objects.count() >= 40
    rep = User.objects.get(email="rep@demo.test")
    assert Lead.objects.unanswered().filter(owner=rep).exists()
    assert Task.objects.open().exists()
