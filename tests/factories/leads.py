import factory

from leads.actions import leads, scoring, sources
from leads.models import Campaign, Lead, ScoreRule, Source
from tests.factories.by_action import ByAction


class SourceFactory(ByAction):
    class Meta:
        model = Source

    name = factory.Sequence(lambda n: f"Source {n}")
    act = staticmethod(sources.add)


class CampaignFactory(ByAction):
    class Meta:
        model = Campaign

    name = factory.Sequence(lambda n: f"Campaign {n}")
    act = staticmethod(sources.add_campaign)


class LeadFactory(ByAction):
    class Meta:
        model = Lead

    name = factory.Sequence(lambda n: f"Lead {n}")
    act = staticmethod(leads.add)


class ScoreRuleFactory(ByAction):
    class Meta:
        model = ScoreRule

    field = ScoreRule.Field.EMAIL
    operator = ScoreRule.Operator.KNOWN
    points = 10
    label = factory.Sequence(lambda n: f"Rule {n}")
    act = staticmethod(scoring.add_rule)
