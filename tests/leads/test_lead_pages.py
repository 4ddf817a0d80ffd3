import csv

import pytest
from django.urls import reverse

from accounts.models import Account
from leads.actions import leads
from leads.models import Activity, Deal, Lead, LeadStageChange, Task
from tests.accounts.people import cast, state
from tests.factories import (
    AccountFactory,
    ActivityFactory,
    ContactFactory,
    DealFactory,
    LeadFactory,
    SourceFactory,
    TaskFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


def get(client, user, name, *args, query="", **extra):
    client.force_login(user)
    return client.get(reverse(name, args=args) + query, **extra)


def post(client, user, name, *args, data=None, query="", **extra):
    client.force_login(user)
    return client.post(reverse(name, args=args) + query, data or {}, **extra)


def fields(**changed):
    return {
        "name": "Ana Brito",
        "company_name": "Olivar",
        "email": "ana@olivar.example",
        "value": "5,880",
        "country": "ES",
    } | changed


# Who sees and changes what


def test_lists_show_own_and_team_leads_only(client, people):
    ours, theirs = LeadFactory(owner=people.owner), LeadFactory(owner=people.stranger)
    nobodys = LeadFactory()
    seen = {
        name: {row["record"] for row in get(client, user, "lead_list").context["rows"]}
        for name, user in vars(people).items()
        if name != "agent"
    }
    assert seen == {
        "owner": {ours},
        "teammate": {ours},
        "stranger": {theirs},
        "manager": {ours, nobodys},
        "other_manager": {theirs, nobodys},
        "admin": {ours, theirs, nobodys},
    }


def test_an_agent_has_no_leads(client, people):
    assert get(client, people.agent, "lead_list").status_code == 403


CHANGES = [
    "lead_move",
    "lead_assign",
    "lead_score",
    "lead_disqualify",
    "lead_reopen",
    "lead_convert",
    "lead_trash",
    "lead_edit",
]


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("other_manager", 404), ("teammate", 403), ("agent", 404)]
)
def test_refused_changes_write_nothing(client, people, name, who, status):
    lead = LeadFactory(owner=people.owner)
    before = state(Lead, LeadStageChange, Account, Deal)
    data = {
        "stage": "qualified",
        "owner": people.teammate.pk,
        "score": "5",
        "reason": "No",
        "name": "Changed",
        "account_name": "X",
    }
    response = post(client, getattr(people, who), name, lead.pk, data=data)
    assert response.status_code == status
    assert state(Lead, LeadStageChange, Account, Deal) == before


def test_the_timeline_leaves_out_what_the_reader_may_not_see(client, people):
    account = AccountFactory(owner=people.owner)
    lead = LeadFactory(owner=people.owner)
    ActivityFactory(lead=lead, account=account, by=people.owner, body="CANARY talk")
    for user, sees in ((people.owner, True), (people.teammate, True)):
        assert ("CANARY talk" in get(client, user, "lead_detail", lead.pk).content.decode()) is sees
    assert get(client, people.stranger, "lead_detail", lead.pk).status_code == 404
    assert "CANARY" not in get(client, people.stranger, "account_detail", account.pk).content.decode()


def test_a_task_of_another_team_is_not_a_leads_next_step(client, people):
    lead = LeadFactory(owner=people.owner)
    TaskFactory(lead=lead, owner=people.stranger, by=people.stranger, title="CANARY step")
    assert "CANARY" not in get(client, people.owner, "lead_detail", lead.pk).content.decode()
    assert "CANARY" not in get(client, people.owner, "lead_list").content.decode()


def test_owners_can_only_be_colleagues(client, people):
    lead = LeadFactory(owner=people.owner)
    response = post(client, people.owner, "lead_assign", lead.pk, data={"owner": people.stranger.pk})
    assert response.status_code == 422
    lead.refresh_from_db()
    assert lead.owner == people.owner


# What a rep does


def test_a_lead_is_created_with_amounts_as_people_write_them(client, people):
    source = SourceFactory()
    response = post(client, people.owner, "lead_create", data=fields(source=source.pk, owner=people.owner.pk))
    lead = Lead.objects.get()
    assert response.status_code == 302
    assert (lead.name, lead.value, lead.owner, lead.source, lead.country) == (
        "Ana Brito",
        588000,
        people.owner,
        source,
        "ES",
    )


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"value": "lots"}, {"value": "-5"}, {"email": "nobody"}, {"country": "Spain"}, {"source": "999"}],
)
def test_wrong_fields_are_422_and_nothing_is_written(client, people, wrong):
    response = post(client, people.owner, "lead_create", data=fields(**wrong))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == list(wrong)
    assert not Lead.objects.exists()


def test_editing_writes_what_changed(client, people):
    lead = LeadFactory(owner=people.owner, value=100)
    response = post(client, people.owner, "lead_edit", lead.pk, data=fields(name="New name"))
    lead.refresh_from_db()
    assert response.status_code == 302
    assert (lead.name, lead.value) == ("New name", 588000)


def test_qualify_disqualify_and_reopen_from_the_page(client, people):
    lead = LeadFactory(owner=people.owner)
    post(client, people.owner, "lead_move", lead.pk, data={"stage": "qualified"})
    assert post(client, people.owner, "lead_disqualify", lead.pk).status_code == 422
    post(client, people.owner, "lead_disqualify", lead.pk, data={"reason": "No budget"})
    lead.refresh_from_db()
    assert (lead.stage, lead.disqualified_reason) == ("disqualified", "No budget")
    post(client, people.owner, "lead_reopen", lead.pk)
    lead.refresh_from_db()
    assert lead.stage == "qualified"


def test_a_score_is_set_by_hand_and_given_back(client, people):
    lead = LeadFactory(owner=people.owner)
    assert post(client, people.owner, "lead_score", lead.pk, data={"score": "120"}).status_code == 422
    post(client, people.owner, "lead_score", lead.pk, data={"score": "80"})
    lead.refresh_from_db()
    assert lead.score == 80
    post(client, people.owner, "lead_score", lead.pk, data={"score": ""})
    lead.refresh_from_db()
    assert (lead.score, lead.score_override) == (0, None)


def test_converting_makes_account_contact_and_deal(client, people):
    lead = LeadFactory(owner=people.owner, company_name="Olivar", value=588000)
    data = {"account": "", "account_name": "Olivar SL", "with_deal": "on", "deal_name": "First order", "value": "6,000"}
    response = post(client, people.owner, "lead_convert", lead.pk, data=data)
    deal = Deal.objects.get()
    assert response.url == deal.get_absolute_url()
    assert (deal.name, deal.value, deal.account.name, deal.contact.name, deal.lead) == (
        "First order",
        600000,
        "Olivar SL",
        lead.name,
        lead,
    )
    assert post(client, people.owner, "lead_convert", lead.pk, data=data).status_code == 409
    assert Deal.objects.count() == 1


def test_converting_offers_accounts_that_look_like_it(client, people):
    by_mail = AccountFactory(name="Quite another")
    ContactFactory(account=by_mail, email="ana@olivar.example")
    by_domain = AccountFactory(name="Somebody", website="https://olivar.example/shop")
    by_name = AccountFactory(name="Olivar Ceramics")
    AccountFactory(name="Unlike")
    lead = LeadFactory(owner=people.owner, company_name="Olivar GmbH", email="ana@olivar.example")
    matches = get(client, people.owner, "lead_convert", lead.pk).context["matches"]
    assert [(match.pk, match.why) for match in matches] == [
        (by_mail.pk, "email"),
        (by_domain.pk, "domain"),
        (by_name.pk, "name"),
    ]
    post(client, people.owner, "lead_convert", lead.pk, data={"account": by_domain.pk})
    lead.refresh_from_db()
    assert lead.account == by_domain
    assert not Deal.objects.exists()


def test_trash_and_undo(client, people):
    lead = LeadFactory(owner=people.owner)
    post(client, people.owner, "lead_trash", lead.pk)
    assert get(client, people.owner, "lead_detail", lead.pk).status_code == 404
    assert post(client, people.stranger, "lead_restore", lead.pk).status_code == 404
    post(client, people.owner, "lead_restore", lead.pk)
    assert get(client, people.owner, "lead_detail", lead.pk).status_code == 200


# The list


def test_bulk_assign_move_and_trash_with_undo(client, people):
    pair = [LeadFactory(owner=people.owner), LeadFactory(owner=people.owner)]
    ids = [lead.pk for lead in pair]
    post(client, people.owner, "lead_list", data={"action": "move", "ids": ids, "value": "working"})
    assert list(Lead.objects.values_list("stage", flat=True)) == ["working", "working"]
    post(client, people.owner, "lead_list", data={"action": "assign", "ids": ids, "value": people.teammate.pk})
    assert {lead.owner for lead in Lead.objects.all()} == {people.teammate}
    post(client, people.teammate, "lead_list", data={"action": "trash", "ids": ids})
    assert not Lead.objects.visible_to(people.teammate).exists()
    query = f"?ids={','.join(map(str, ids))}"
    assert post(client, people.stranger, "lead_restore_many", query=query).status_code == 302
    assert not Lead.objects.visible_to(people.teammate).exists()
    post(client, people.teammate, "lead_restore_many", query=query)
    assert Lead.objects.visible_to(people.teammate).count() == 2


def test_manager_takes_back_a_bulk_assignment(client, people):
    mine, theirs = LeadFactory(owner=people.owner), LeadFactory(owner=people.teammate)
    data = {"action": "assign", "ids": [mine.pk, theirs.pk], "value": people.manager.pk}
    page = post(client, people.manager, "lead_list", data=data, follow=True)
    assert {lead.owner for lead in Lead.objects.all()} == {people.manager}
    undo = f"?owners={mine.pk}-{people.owner.pk},{theirs.pk}-{people.teammate.pk}"
    assert f"{reverse('lead_give_back')}{undo}" in page.content.decode()
    assert post(client, people.stranger, "lead_give_back", query=undo).status_code == 302
    assert {lead.owner for lead in Lead.objects.all()} == {people.manager}
    post(client, people.manager, "lead_give_back", query=undo)
    assert [Lead.objects.get(pk=lead.pk).owner for lead in (mine, theirs)] == [people.owner, people.teammate]


def test_export_holds_what_one_needs_to_reach_a_lead(client, people):
    LeadFactory(owner=people.owner, name="Meera", company_name="Halberd", email="meera@halberd.example", phone="")
    response = post(client, people.manager, "lead_list", data={"action": "export"})
    head, row = csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines())
    found = dict(zip(head, row, strict=True))
    assert (found["Name"], found["Company"], found["E-mail"]) == ("Meera", "Halberd", "meera@halberd.example")
    assert (found["First answer"], found["Phone"]) == ("", "")


def test_filters_of_the_list(client, people):
    waiting = LeadFactory(owner=people.owner, name="Waiting")
    answered = LeadFactory(owner=people.owner, name="Answered")
    ActivityFactory(lead=answered, kind=Activity.Kind.CALL, by=people.owner)
    TaskFactory(lead=answered, owner=people.owner, by=people.owner)
    gone = LeadFactory(owner=people.owner, name="Gone")
    leads.disqualify(gone, reason="No", by=people.owner)

    def rows(query):
        return {row["record"] for row in get(client, people.owner, "lead_list", query=query).context["rows"]}

    assert rows("") == {waiting, answered}
    assert rows("?view=unanswered") == {waiting}
    assert rows("?answer=given") == {answered}
    assert rows("?follow_up=none&view=open") == {waiting}
    assert rows("?follow_up=planned") == {answered}
    assert rows("?view=all") == {waiting, answered, gone}
    assert rows("?q=gon") == {gone}
    assert get(client, people.owner, "lead_list", query="?answer=nonsense").status_code in (400, 422)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_and_pages_ask_the_same_number_of_questions(client, people, count, django_assert_max_num_queries):
    for _each in range(count):
        lead = LeadFactory(owner=people.owner, source=SourceFactory())
        ActivityFactory(lead=lead, by=people.owner, kind="call")
        TaskFactory(lead=lead, owner=people.owner, by=people.owner)
    get(client, people.owner, "lead_list")
    with django_assert_max_num_queries(10):
        client.get(reverse("lead_list"))


# Writing down what happened


def test_the_composer_logs_and_plans(client, people):
    lead = LeadFactory(owner=people.owner)
    page = lead.get_absolute_url()
    data = {
        "composer": "1",
        "kind": "call",
        "subject": "Hello",
        "body": "Went well",
        "minutes": "12",
        "lead": lead.pk,
        "next": page,
    }
    assert post(client, people.owner, "activity_create", data=data).url == page
    lead.refresh_from_db()
    assert (Activity.objects.get().minutes, lead.stage) == (12, "working")
    data = {"composer": "1", "title": "Demo", "kind": "meeting", "due_on": "2030-01-02", "lead": lead.pk, "next": page}
    assert post(client, people.owner, "task_create", data=data).url == page
    assert Task.objects.get().owner == people.owner


def test_nobody_writes_on_a_lead_they_do_not_see(client, people):
    lead = LeadFactory(owner=people.stranger)
    data = {"composer": "1", "kind": "note", "body": "Hello", "lead": lead.pk}
    assert post(client, people.owner, "activity_create", data=data).status_code == 422
    assert (
        post(
            client,
            people.owner,
            "task_create",
            data={"title": "T", "kind": "call", "due_on": "2030-01-02", "lead": lead.pk},
        ).status_code
        == 422
    )
    assert not Activity.objects.exists() and not Task.objects.exists()


def test_nobody_writes_on_a_lead_they_may_only_read(client, people):
    lead = LeadFactory(owner=people.owner)
    deal = DealFactory(owner=people.owner, by=people.owner)
    before = state(Lead, LeadStageChange, Activity, Task)
    for about in ({"lead": lead.pk}, {"deal": deal.pk}):
        call, task = (
            {"kind": "call", "body": "Hello"} | about,
            {"title": "T", "kind": "call", "due_on": "2030-01-02"} | about,
        )
        assert post(client, people.teammate, "activity_create", data=call).status_code == 422
        assert (
            post(client, people.teammate, "task_create", data=task | {"owner": people.teammate.pk}).status_code == 422
        )
    assert state(Lead, LeadStageChange, Activity, Task) == before


@pytest.mark.parametrize(
    "path", ["/leads/{}/", "/deals/{}/", "/tasks/{}/edit/", "/leads/?owner={}", "/deals/?stage={}&lane={}"]
)
@pytest.mark.parametrize("number", ["10000000000000000000", "0", "-1", "%00"])
def test_odd_numbers_are_refused_and_never_break(client, people, path, number):
    client.force_login(people.admin)
    assert 400 <= client.get(path.replace("{}", number)).status_code < 500


def test_the_composer_of_another_kind_is_a_fragment(client, people):
    lead = LeadFactory(owner=people.owner)
    response = get(
        client, people.owner, "activity_composer", query=f"?lead={lead.pk}&kind=task", headers={"HX-Request": "true"}
    )
    assert response.templates[0].name == "leads/_composer.html"
    assert get(client, people.stranger, "activity_composer", query=f"?lead={lead.pk}").status_code == 404
    assert get(client, people.owner, "activity_composer", query="?lead=x").status_code == 404


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_text_that_cannot_be_stored_is_refused(client, people, text):
    response = post(
        client,
        people.owner,
        "lead_create",
        data=fields(name=text.encode("utf-8", "surrogatepass").decode("latin-1") if "\ud800" in text else text),
    )
    assert response.status_code in (302, 400, 422)
    assert "\x00" not in "".join(Lead.objects.values_list("name", flat=True))


# On the pages of accounts


def test_an_accounts_page_shows_the_deals_the_reader_may_see(client, people):
    account = AccountFactory(owner=people.owner)
    DealFactory(account=account, owner=people.owner, by=people.owner, name="Ours")
    DealFactory(account=account, owner=people.stranger, by=people.stranger, name="CANARY")
    html = get(client, people.owner, "account_detail", account.pk, query="?panel=deals").content.decode()
    assert "Ours" in html and "CANARY" not in html


def test_a_note_is_written_on_an_accounts_page(client, people):
    contact = ContactFactory(account=AccountFactory(owner=people.owner))
    page = get(client, people.owner, "contact_detail", contact.pk)
    assert 'id="composer"' in page.content.decode()
    data = {"composer": "1", "kind": "note", "body": "Hello", "contact": contact.pk, "account": contact.account_id}
    post(client, people.owner, "activity_create", data=data | {"next": contact.get_absolute_url()})
    note = Activity.objects.get()
    assert (note.account, note.contact, note.body) == (contact.account, contact, "Hello")
    TaskFactory(account=contact.account, owner=people.owner, by=people.owner, title="Call Meera")
    assert "Call Meera" in get(client, people.owner, "account_detail", contact.account_id).content.decode()
