"""A lead's way: added, worked, qualified, converted or disqualified. Each step stands in its history."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import rules
from accounts.actions import records
from crm import events
from crm.exceptions import Conflict, Invalid
from leads.actions import scoring
from leads.actions.conversion import Conversion, convert
from leads.models import Lead, LeadStageChange

__all__ = [
    "Conversion",
    "add",
    "assign",
    "assign_many",
    "convert",
    "disqualify",
    "edit",
    "move",
    "qualify",
    "reopen",
    "rescore",
    "set_score",
]

Stage = Lead.Stage
FIELDS = (
    "name", "company_name", "title", "email", "phone", "country", "employees", "source", "campaign", "product", "value",
    "comments", "next_follow_up_at",
)  # fmt: skip


@transaction.atomic
def add(*, name, by, at=None, owner=None, currency=None, **fields):
    records.refuse_unknown(fields, FIELDS)
    at, on = rules.moment_of(at)
    lead = Lead(name=name, created_at=at, created_on=on, currency=records.own_currency(currency), **tidied(fields))
    refuse_value(lead)
    lead.set_owner(owner)
    scoring.apply(lead)
    records.create(lead)
    record_step(lead, "", Stage.NEW, at=at, on=on, by=by)
    events.record("lead.added", lead, by=by, touches={Lead: [on], LeadStageChange: [on]}, data={"owner": lead.owner_id})
    return lead


@transaction.atomic
def edit(lead, *, by, **changes):
    changed = records.change(lead, tidied(changes), allowed=FIELDS, refuse=refuse_value)
    if changed:
        scoring.rescore(lead)
        events.record("lead.edited", lead, by=by, touches=lead.touched_days(), data={"changes": changed})
    return lead


@transaction.atomic
def assign(lead, owner, *, by):
    """Hand the lead to somebody; the numbers of its day go to the new owner."""
    records.assign(lead, owner, by=by, touches=lead.touched_days())
    return lead


@transaction.atomic
def assign_many(leads, owner, *, by):
    """The number of leads that changed hands."""
    return sum(records.assign(lead, owner, by=by, touches=lead.touched_days()) for lead in leads)


@transaction.atomic
def move(lead, stage, *, by, at=None, reason=""):
    """To another open stage, forward or back."""
    if stage not in Lead.OPEN:
        raise Invalid(
            _("A lead is moved between new, working and qualified."), fields={"stage": [_("Choose an open stage.")]}
        )
    at, on = moment_after(lead, at)
    refuse_closed(lead)
    if stage == lead.stage:
        return lead
    changes = {"stage": stage}
    if stage == Stage.QUALIFIED and lead.qualified_on is None:
        changes["qualified_on"] = on
    step(lead, at=at, on=on, by=by, reason=reason, **changes)
    return lead


def qualify(lead, *, by, at=None):
    return move(lead, Stage.QUALIFIED, by=by, at=at)


@transaction.atomic
def disqualify(lead, *, reason, by, at=None):
    if not reason:
        raise Invalid(_("Say why this lead is not one."), fields={"reason": [_("Say why this lead is not one.")]})
    at, on = moment_after(lead, at)
    refuse_closed(lead)
    changes = {"stage": Stage.DISQUALIFIED, "disqualified_reason": reason, "next_follow_up_at": None}
    step(lead, at=at, on=on, by=by, reason=reason, kind="lead.disqualified", **changes)
    return lead


@transaction.atomic
def reopen(lead, *, by, at=None):
    """Back to the stage in which the lead was disqualified."""
    at, on = moment_after(lead, at)
    if lead.stage != Stage.DISQUALIFIED:
        raise Conflict(_("Only a disqualified lead can be reopened."), code="not_disqualified")
    last = lead.stage_changes.filter(to_stage=Stage.DISQUALIFIED).order_by("-at", "-pk").first()
    back = last.from_stage if last and last.from_stage in Lead.OPEN else Stage.NEW
    step(lead, at=at, on=on, by=by, kind="lead.reopened", stage=back, disqualified_reason="")
    return lead


@transaction.atomic
def set_score(lead, override, *, by):
    """A score by hand, over what the rules say; None gives it back to them."""
    if override is not None and not 0 <= override <= 100:
        message = _("A score lies between 0 and 100.")
        raise Invalid(message, fields={"score": [message]})
    before = lead.score_override
    records.update(lead, score_override=override)
    scoring.rescore(lead)
    if before != override:
        events.record("lead.scored", lead, by=by, data={"from": before, "to": override})
    return lead


def rescore(lead):
    scoring.rescore(lead)
    return lead


# What every step does


def moment_after(lead, at):
    """(moment, day) of a step, which comes after the last one."""
    at, on = rules.moment_of(at)
    last = lead.stage_changes.order_by("-at").values_list("at", flat=True).first()
    if last and at < last:
        message = _("This lead has taken a later step already.")
        raise Invalid(message, code="before_last_step", fields={"at": [message]})
    return at, on


def refuse_closed(lead):
    if lead.stage not in Lead.OPEN:
        raise Conflict(
            _("This lead is %(stage)s already.") % {"stage": lead.get_stage_display().lower()}, code="closed"
        )


def step(lead, *, stage, at, on, by, reason="", kind="lead.moved", **changes):
    """From the stage in hand to another; the row count says whether somebody was faster."""
    before = lead.stage
    if not records.rows_of(lead).filter(stage=before).update(stage=stage, **changes):
        raise Conflict(_("Somebody has just changed this lead. Look at it again."))
    lead.stage = stage
    for name, value in changes.items():
        setattr(lead, name, value)
    record_step(lead, before, stage, at=at, on=on, by=by, reason=reason)
    data = {"from": before, "to": stage, "reason": reason}
    events.record(kind, lead, by=by, touches={Lead: [lead.created_on], LeadStageChange: [on]}, data=data)


def record_step(lead, before, stage, *, at, on, by, reason=""):
    LeadStageChange.objects.create(
        lead=lead, from_stage=before, to_stage=stage, at=at, on=on, owner_id=lead.owner_id, by=by, reason=reason
    )


def refuse_value(lead):
    if lead.value is not None and not 0 <= lead.value <= rules.MOST_PRICE:
        message = _("This value is not possible.")
        raise Invalid(message, fields={"value": [message]})


def tidied(fields):
    """Countries are written in capitals."""
    return fields | {"country": fields["country"].strip().upper()} if fields.get("country") else fields
