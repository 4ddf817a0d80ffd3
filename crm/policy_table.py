"""The floor's own rows of the policy table."""

from django.db.models import Q

from crm.models import ApiKey, Company, Event, Holiday, ImportBatch, Job, Notification, SavedView
from crm.policy import Rule, allow, everything, nothing, own

STAFF = ("rep", "agent", "manager")
EVERYBODY = (*STAFF, "admin")

allow(Company, *STAFF, read=everything, write=nothing)
allow(Holiday, *STAFF, read=everything, write=nothing)
allow(Event, "rep", "agent", read=own("by"))
allow(Event, "manager", read=Rule(lambda user: Q(by=user.pk) | Q(by__team__in=user.team_ids)))
allow(Event, "admin", read=everything, write=nothing)
allow(Job, "rep", "agent", read=own("event__by"))
allow(Job, "manager", read=Rule(lambda user: Q(event__by=user.pk) | Q(event__by__team__in=user.team_ids)))
allow(Notification, *EVERYBODY, read=own("user"), write=own("user"))
allow(ApiKey, *EVERYBODY, read=own("user"), write=own("user"))
allow(SavedView, *EVERYBODY, read=Rule(lambda user: Q(owner=user.pk) | Q(is_shared=True)), write=own("owner"))
allow(ImportBatch, "manager", read=own("by"), write=own("by"))
