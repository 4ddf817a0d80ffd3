from leads.models.activity import Activity
from leads.models.deal import Deal, DealStageChange
from leads.models.lead import Lead, LeadStageChange
from leads.models.pipeline import Pipeline, Stage
from leads.models.score_rule import ScoreRule
from leads.models.source import Campaign, Source
from leads.models.task import Task

__all__ = [
    "Activity",
    "Campaign",
    "Deal",
    "DealStageChange",
    "Lead",
    "LeadStageChange",
    "Pipeline",
    "ScoreRule",
    "Source",
    "Stage",
    "Task",
]
