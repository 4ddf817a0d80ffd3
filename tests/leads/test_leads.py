from datetime import UTC, date, datetime, timedelta

import pytest

from crm.exceptions import Conflict, Invalid
from crm.models import Company, Event
from leads.actions import activities, leads
from leads.models import Activity, Lead, LeadStageChange
from tests.factories import LeadFactory, ScoreRuleFactory, SourceFactory, TeamFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midsummer")]

NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
PAST = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


def steps(lead):
    return list(lead.stage_changes.order_by("pk").values_list("from_stage", "to_stage", "on"))


def state():
    return (
        list(Lead.objects.order_by("pk").values()),
        LeadStageChange.objects.count(),
        Activity.objects.count(),
        Event.objects.count(),
    )


def test_add_stamps_the_local_day_the_owner_and_the_team():
    Company.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Madrid"})
    Company.forget()
    owner = UserFactory(team=TeamFactory())
    lead = leads.add(name="Ann", by=None, owner=owner, at=PAST, country="es")
    assert (lead.created_on, lead.owner, lead.team, lead.country) == (date(2026, 3, 2), owner, owner.team, "ES")
    assert steps(lead) == [("", "new", date(2026, 3, 2))]
    event = Event.objects.get(kind="lead.added")
    assert event.touches == {"leads.lead": ["2026-03-02"], "leads.leadstagechange": ["2026-03-02"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": datetime(2026, 3, 1)},
        {"at": NOW + timedelta(hours=1)},
        {"value": -1},
        {"email": "no address"},
        {"currency": "USD"},
        {"stage": "converted"},
        {"score": 100},
        {"converted_on": date(2026, 1, 1)},
        {"name": "x" * 200},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_impossible_leads_leave_no_trace(wrong):
    before = state()
    with pytest.raises(Invalid):
        leads.add(**{"name": "Ann", "by": None} | wrong)
    assert state() == before


def test_edit_changes_only_what_may_be_changed():
    lead = LeadFactory()
    for field in ("stage", "account", "created_on", "score", "customer_on", "trashed_at", "team", "owner"):
        with pytest.raises(Invalid):
            leads.edit(lead, by=None, **{field: None})
    leads.edit(lead, by=None, company_name="Norrby")
    lead.refresh_from_db()
    assert (lead.company_name, "norrby" in lead.search_text) == ("Norrby", True)
    assert Event.objects.get(kind="lead.edited").data == {"changes": {"company_name": ["", "Norrby"]}}


def test_edit_without_a_difference_records_nothing():
    lead = LeadFactory(company_name="Norrby")
    before = state()
    leads.edit(lead, by=None, company_name="Norrby")
    assert state() == before


def test_moves_stand_in_the_history_and_qualifying_is_stamped_once():
    lead = LeadFactory(at=PAST)
    leads.move(lead, "working", by=None, at=PAST + timedelta(days=1))
    leads.qualify(lead, by=None, at=PAST + timedelta(days=2))
    leads.move(lead, "working", by=None, at=PAST + timedelta(days=3))
    leads.qualify(lead, by=None, at=PAST + timedelta(days=4))
    assert [to for _from, to, _on in steps(lead)] == ["new", "working", "qualified", "working", "qualified"]
    assert lead.qualified_on == date(2026, 3, 3)


def test_steps_do_not_go_back_in_time():
    lead = LeadFactory(at=PAST)
    leads.qualify(lead, by=None, at=PAST + timedelta(days=2))
    before = state()
    with pytest.raises(Invalid):
        leads.disqualify(lead, reason="no", by=None, at=PAST + timedelta(days=1))
    assert state() == before


def test_a_stale_page_does_not_overwrite():
    lead = LeadFactory()
    stale = Lead.objects.get(pk=lead.pk)
    leads.move(lead, "working", by=None)
    before = state()
    with pytest.raises(Conflict):
        leads.qualify(stale, by=None)
    assert state() == before


def test_disqualified_leads_come_back_to_where_they_were():
    lead = LeadFactory()
    leads.qualify(lead, by=None)
    leads.disqualify(lead, reason="no budget", by=None)
    with pytest.raises(Conflict):
        leads.move(lead, "working", by=None)
    leads.reopen(lead, by=None)
    assert (lead.stage, lead.disqualified_reason) == ("qualified", "")
    with pytest.raises(Conflict):
        leads.reopen(lead, by=None)


def test_disqualifying_needs_a_reason():
    lead = LeadFactory()
    with pytest.raises(Invalid):
        leads.disqualify(lead, reason="", by=None)
    assert lead.stage == "new"


def test_assigning_stamps_the_team_and_touches_the_day_of_the_lead():
    lead = LeadFactory(at=PAST)
    owner = UserFactory(team=TeamFactory())
    leads.assign(lead, owner, by=None)
    leads.assign(lead, owner, by=None)
    event = Event.objects.get(kind="lead.assigned")
    assert event.touches == {"leads.lead": ["2026-03-01"]}
    assert (lead.owner, lead.team) == (owner, owner.team)


def test_leads_are_not_given_to_people_who_left():
    owner = UserFactory()
    owner.is_active = False
    owner.save()
    with pytest.raises(Invalid):
        leads.assign(LeadFactory(), owner, by=None)


# First contact


@pytest.mark.parametrize("kind", ["call", "mail", "meeting"])
def test_first_contact_answers_the_lead_and_starts_the_work(kind):
    lead, rep = LeadFactory(at=PAST), UserFactory()
    activities.log(kind=kind, lead=lead, by=rep, at=PAST + timedelta(hours=2))
    activities.log(kind="call", lead=lead, by=rep, at=PAST + timedelta(hours=5))
    lead.refresh_from_db()
    assert lead.first_contact_at == PAST + timedelta(hours=2)
    assert (lead.stage, lead.first_contact_on) == ("working", date(2026, 3, 2))
    assert Event.objects.get(kind="lead.contacted").touches == {"leads.lead": ["2026-03-01"]}


def test_notes_and_machines_answer_nobody():
    lead, rep = LeadFactory(at=PAST), UserFactory()
    activities.log(kind="note", lead=lead, by=rep, body="looks good")
    activities.log(kind="mail", lead=lead, by=None)
    lead.refresh_from_db()
    assert (lead.stage, lead.first_contact_at) == ("new", None)


def test_an_earlier_contact_written_down_late_is_the_first():
    lead, rep = LeadFactory(at=PAST), UserFactory()
    activities.log(kind="call", lead=lead, by=rep, at=PAST + timedelta(hours=5))
    activities.log(kind="call", lead=lead, by=rep, at=PAST + timedelta(hours=1))
    activities.log(kind="call", lead=lead, by=rep, at=PAST - timedelta(days=9))
    lead.refresh_from_db()
    assert lead.first_contact_at == PAST


def test_first_contact_follows_the_activities_that_are_left(django_capture_on_commit_callbacks):
    from crm import jobs

    lead, rep = LeadFactory(at=PAST), UserFactory()
    first = activities.log(kind="call", lead=lead, by=rep, at=PAST + timedelta(hours=1))
    activities.log(kind="call", lead=lead, by=rep, at=PAST + timedelta(hours=5))
    first.trash(rep)
    jobs.sweep()
    lead.refresh_from_db()
    assert lead.first_contact_at == PAST + timedelta(hours=5)
    first.restore(rep)
    jobs.sweep()
    lead.refresh_from_db()
    assert lead.first_contact_at == PAST + timedelta(hours=1)


# Score


def test_score_is_the_sum_of_points_between_0_and_100_with_its_reasons():
    web = SourceFactory(key="web")
    ScoreRuleFactory(field="source", operator="is", value="WEB", points=60, label="web")
    ScoreRuleFactory(field="employees", operator="at_least", value="50", points=70, label="large")
    ScoreRuleFactory(field="title", operator="contains", value="intern", points=-40, label="decides nothing")
    lead = LeadFactory(source=web, employees=50)
    assert (lead.score, lead.score_reasons) == (100, [["large", 70], ["web", 60]])
    leads.edit(lead, by=None, title="Internship", employees=None)
    lead.refresh_from_db()
    assert (lead.score, lead.score_reasons) == (20, [["web", 60], ["decides nothing", -40]])
    assert LeadFactory(title="intern").score == 0


def test_a_score_by_hand_wins_until_it_is_given_back():
    ScoreRuleFactory(field="email", operator="known", points=15)
    lead = LeadFactory(email="ann@example.test")
    leads.set_score(lead, 90, by=None)
    leads.edit(lead, by=None, title="x")
    lead.refresh_from_db()
    assert lead.score == 90
    leads.set_score(lead, None, by=None)
    lead.refresh_from_db()
    assert lead.score == 15
    for wrong in (-1, 101):
        with pytest.raises(Invalid):
            leads.set_score(lead, wrong, by=None)


def test_changed_rules_rescore_open_leads_as_a_job():
    from crm import jobs

    lead, closed = LeadFactory(country="ES"), LeadFactory(country="ES")
    leads.disqualify(closed, reason="no", by=None)
    ScoreRuleFactory(field="country", operator="is", value="es", points=30)
    jobs.sweep()
    lead.refresh_from_db()
    closed.refresh_from_db()
    assert (lead.score, closed.score) == (30, 0)


@pytest.mark.parametrize(
    "wrong", [{"operator": "at_least", "value": "many"}, {"operator": "is", "value": ""}, {"points": 101}]
)
def test_incomplete_rules_are_refused(wrong):
    with pytest.raises(Invalid):
        ScoreRuleFactory(**wrong)
