"""Records for tests, made by the actions that people's work goes through: histories and intervals are always there.

    lead = LeadFactory(owner=rep)                         # a new lead with its first step
    subscription = SubscriptionFactory(on=day, price=100_00)   # a customer with its movement and interval

Arguments are the action's. What is not given is as plain as can be: nobody owns it, it happens now.
"""

from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.deals import DealFactory, PipelineFactory, StageFactory
from tests.factories.leads import CampaignFactory, LeadFactory, ScoreRuleFactory, SourceFactory
from tests.factories.subscriptions import OrderFactory, ProductFactory, SubscriptionFactory
from tests.factories.users import TeamFactory, UserFactory
from tests.factories.work import ActivityFactory, TaskFactory

__all__ = [
    "AccountFactory",
    "ActivityFactory",
    "CampaignFactory",
    "ContactFactory",
    "DealFactory",
    "LeadFactory",
    "OrderFactory",
    "PipelineFactory",
    "ProductFactory",
    "ScoreRuleFactory",
    "SourceFactory",
    "StageFactory",
    "SubscriptionFactory",
    "TaskFactory",
    "TeamFactory",
    "UserFactory",
]
