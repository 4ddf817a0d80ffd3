"""Who may do what with leads, deals and the work on them."""

from django.db.models import Q

from crm.policy import WRITE, Rule, allow, everything, own, team, through
from leads.models import (
    Activity,
    Campaign,
    Deal,
    DealStageChange,
    Lead,
    LeadStageChange,
    Pipeline,
    ScoreRule,
    Source,
    Stage,
    Task,
)

unowned = Rule(lambda user: Q(owner=None))

for model in (Lead, Deal):
    allow(model, "rep", read=own("owner") | team(), write=own("owner"))
    allow(model, "manager", read=own("owner") | team() | unowned, write=own("owner") | team() | unowned)

for model, field, parent in ((LeadStageChange, "lead", Lead), (DealStageChange, "deal", Deal)):
    allow(model, "rep", "manager", read=through(field, parent))

about_accounts = Rule(lambda user: Q(lead=None, deal=None))
about_visible = own("by") | about_accounts | through("lead", Lead) | through("deal", Deal)
allow(Activity, "rep", read=about_visible, write=own("by"))
allow(Activity, "agent", read=own("by") | about_accounts, write=own("by"))
allow(
    Activity,
    "manager",
    read=about_visible,
    write=own("by") | through("lead", Lead, WRITE) | through("deal", Deal, WRITE),
)

allow(Task, "rep", read=own("owner") | team(), write=own("owner"))
allow(Task, "agent", read=own("owner"), write=own("owner"))
allow(Task, "manager", read=own("owner") | team() | unowned, write=own("owner") | team() | unowned)

for model in (Source, Campaign, Pipeline, Stage, ScoreRule):
    allow(model, "rep", "agent", "manager", read=everything)
    allow(model, "manager", write=everything)
