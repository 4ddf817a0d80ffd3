import pytest

from accounts.models import Account, Movement, Subscription
from crm.models import Event
from leads.actions import deals, leads, tasks
from leads.models import Deal, DealStageChange, Lead, LeadStageChange
from tests.factories import AccountFactory, DealFactory, LeadFactory, ProductFactory, StageFactory, TaskFactory
from tests.racing import assert_one_winner, race

pytestmark = pytest.mark.django_db(transaction=True)


def own_copy(record):
    return type(record)._base_manager.get(pk=record.pk)


def test_two_convert_the_same_lead():
    lead = LeadFactory(company_name="Norrby")
    DealFactory()  # the pipeline exists
    copies = [own_copy(lead) for _ in range(3)]
    assert_one_winner(race(*[lambda copy=copy: leads.convert(copy, by=None) for copy in copies]))
    assert Account.objects.filter(name="Norrby").count() == 1
    assert Deal.objects.filter(lead=lead).count() == 1
    assert LeadStageChange.objects.filter(lead=lead, to_stage=Lead.Stage.CONVERTED).count() == 1
    assert Event.objects.filter(kind="lead.converted").count() == 1


def test_one_converts_what_another_disqualifies():
    lead = LeadFactory()
    DealFactory()
    assert_one_winner(
        race(
            lambda: leads.convert(own_copy(lead), by=None),
            lambda: leads.disqualify(own_copy(lead), reason="too small", by=None),
        )
    )
    lead.refresh_from_db()
    assert (lead.stage == Lead.Stage.CONVERTED) == Deal.objects.filter(lead=lead).exists()
    assert LeadStageChange.objects.filter(lead=lead).count() == 2


def test_two_win_the_same_deal():
    deal = DealFactory(product=ProductFactory(), value=1200_00)
    copies = [own_copy(deal) for _ in range(3)]
    assert_one_winner(race(*[lambda copy=copy: deals.win(copy, by=None) for copy in copies]))
    assert Subscription.objects.count() == Movement.objects.count() == 1
    assert DealStageChange.objects.filter(status=Deal.Status.WON).count() == 1
    assert Event.objects.filter(kind="deal.won").count() == 1


def test_one_wins_what_another_loses():
    deal = DealFactory(product=ProductFactory(), value=1200_00)
    assert_one_winner(
        race(lambda: deals.win(own_copy(deal), by=None), lambda: deals.lose(own_copy(deal), reason="price", by=None))
    )
    deal.refresh_from_db()
    assert Subscription.objects.count() == (deal.status == Deal.Status.WON)


def test_two_reopen_the_same_deal():
    deal = deals.win(DealFactory(product=ProductFactory(), value=1200_00), by=None)
    copies = [own_copy(deal) for _ in range(2)]
    assert_one_winner(race(*[lambda copy=copy: deals.reopen(copy, by=None) for copy in copies]))
    assert Movement.objects.filter(reverses__isnull=False).count() == 1


def test_two_move_the_same_deal_from_the_same_stage():
    first = DealFactory(account=AccountFactory())
    others = [StageFactory(pipeline=first.stage.pipeline) for _ in range(2)]
    copies = [own_copy(first) for _ in others]
    assert_one_winner(
        race(*[lambda copy=copy, to=to: deals.move(copy, to, by=None) for copy, to in zip(copies, others, strict=True)])
    )
    assert DealStageChange.objects.filter(from_stage__isnull=False).count() == 1


def test_two_complete_the_same_task():
    task = TaskFactory()
    copies = [own_copy(task) for _ in range(2)]
    assert_one_winner(race(*[lambda copy=copy: tasks.complete(copy, by=None) for copy in copies]))
    assert Event.objects.filter(kind="task.completed").count() == 1
