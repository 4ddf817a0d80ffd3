"""Sources, campaigns, pipelines and score rules: managers change them, everybody reads them."""

import pytest
from django.urls import reverse

from leads.actions import pipelines
from leads.models import Campaign, Pipeline, ScoreRule, Source, Stage
from tests.accounts.people import cast, state
from tests.factories import CampaignFactory, LeadFactory, ScoreRuleFactory, SourceFactory
from tests.leads.test_lead_pages import get, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


def test_reps_read_and_write_nothing(client, people):
    source, campaign, rule = SourceFactory(), CampaignFactory(), ScoreRuleFactory()
    pipeline = pipelines.ensure_default()
    stage = pipeline.stages.first()
    pages = [("source_list",), ("source_detail", source.pk), ("campaign_list",), ("campaign_detail", campaign.pk),
             ("pipeline_list",), ("pipeline_detail", pipeline.pk), ("score_rule_list",)]  # fmt: skip
    assert {get(client, people.owner, *page).status_code for page in pages} == {200}
    before = state(Source, Campaign, Pipeline, Stage, ScoreRule)
    writes = [("source_create",), ("source_edit", source.pk), ("campaign_create",), ("campaign_edit", campaign.pk),
              ("pipeline_create",), ("pipeline_edit", pipeline.pk), ("stage_create", pipeline.pk), ("stage_edit", stage.pk),
              ("stage_move", stage.pk), ("score_rule_create",), ("score_rule_edit", rule.pk), ("score_rule_remove", rule.pk)]  # fmt: skip
    assert {post(client, people.owner, *page, data={"name": "Changed"}).status_code for page in writes} == {403}
    assert state(Source, Campaign, Pipeline, Stage, ScoreRule) == before


def test_a_manager_keeps_sources_and_campaigns(client, people):
    post(client, people.manager, "source_create", data={"name": "Trade fair", "is_marketing": "on", "is_active": "on"})
    source = Source.objects.get()
    assert (source.key, source.is_marketing) == ("trade-fair", True)
    assert post(client, people.manager, "source_create", data={"name": "Trade fair"}).status_code == 422
    post(client, people.manager, "source_edit", source.pk, data={"name": "Fairs", "is_active": "on"})
    source.refresh_from_db()
    assert (source.name, source.key) == ("Fairs", "trade-fair")
    data = {
        "name": "Spring",
        "source": source.pk,
        "starts_on": "2026-03-01",
        "ends_on": "2026-02-01",
        "budget": "2,500",
    }
    assert post(client, people.manager, "campaign_create", data=data).status_code == 422
    post(client, people.manager, "campaign_create", data=data | {"ends_on": "2026-04-01"})
    campaign = Campaign.objects.get()
    assert campaign.budget == 250000
    post(client, people.manager, "campaign_edit", campaign.pk, data={"name": "Summer"})
    campaign.refresh_from_db()
    assert (campaign.name, campaign.source) == ("Summer", None)


def test_what_a_source_brought_is_what_the_reader_may_see(client, people):
    source = SourceFactory()
    LeadFactory(source=source, owner=people.owner)
    LeadFactory(source=source, owner=people.stranger, name="CANARY")
    response = get(client, people.owner, "source_detail", source.pk)
    assert response.context["counts"]["total"] == 1
    assert "CANARY" not in response.content.decode()


def test_a_manager_keeps_pipelines(client, people):
    first = pipelines.ensure_default()
    post(client, people.manager, "pipeline_create", data={"name": "Renewals", "is_default": "on"})
    renewals = Pipeline.objects.get(name="Renewals")
    assert list(Pipeline.objects.filter(is_default=True)) == [renewals]
    for name in ("Asked", "Agreed"):
        post(
            client,
            people.manager,
            "stage_create",
            renewals.pk,
            data={"name": name, "probability": "40", "usual_days": "9"},
        )
    asked, agreed = renewals.stages.order_by("position")
    assert (
        post(
            client,
            people.manager,
            "stage_create",
            renewals.pk,
            data={"name": "Asked", "probability": "40", "usual_days": "9"},
        ).status_code
        == 422
    )
    assert (
        post(
            client,
            people.manager,
            "stage_edit",
            asked.pk,
            data={"name": "Asked", "probability": "140", "usual_days": "9"},
        ).status_code
        == 422
    )
    post(client, people.manager, "stage_edit", asked.pk, data={"name": "Sent", "probability": "45", "usual_days": "10"})
    post(client, people.manager, "stage_move", agreed.pk, data={"to": "earlier"})
    assert [stage.name for stage in renewals.stages.order_by("position")] == ["Agreed", "Sent"]
    post(client, people.manager, "pipeline_edit", first.pk, data={"name": "New business"})
    first.refresh_from_db()
    assert first.name == "New business"


def test_a_rule_shows_its_effect_before_it_is_saved(client, people):
    LeadFactory(owner=people.manager, title="Head of sales")
    LeadFactory(owner=people.manager, title="Buyer")
    data = {
        "label": "Heads",
        "field": "title",
        "operator": "contains",
        "value": "head",
        "points": "20",
        "is_active": "on",
    }
    response = post(client, people.manager, "score_rule_create", data=data | {"preview": "1"})
    effect = response.context["effect"]
    assert response.status_code == 200
    assert (effect["hits"], effect["sample"], [(row["before"], row["after"]) for row in effect["rows"]]) == (
        1,
        2,
        [(0, 20)],
    )
    assert not ScoreRule.objects.exists()
    post(client, people.manager, "score_rule_create", data=data)
    rule = ScoreRule.objects.get()
    post(client, people.manager, "score_rule_edit", rule.pk, data=data | {"points": "30"})
    rule.refresh_from_db()
    assert rule.points == 30
    post(client, people.manager, "score_rule_remove", rule.pk)
    assert not ScoreRule.objects.exists()


@pytest.mark.parametrize("wrong", [{"points": "200"}, {"operator": "at_least", "value": "many"}, {"value": ""}])
def test_incomplete_rules_are_refused(client, people, wrong):
    data = {"label": "Heads", "field": "title", "operator": "contains", "value": "head", "points": "20"} | wrong
    assert post(client, people.manager, "score_rule_create", data=data).status_code == 422
    assert not ScoreRule.objects.exists()


@pytest.mark.parametrize("query", ["lead", "deal"])
def test_the_palette_finds_only_what_one_may_see(client, people, query):
    LeadFactory(owner=people.owner, name="A lead of ours")
    LeadFactory(owner=people.stranger, name="A lead CANARY")
    client.force_login(people.owner)
    assert "CANARY" not in client.get(reverse("search"), {"q": query}).content.decode()
