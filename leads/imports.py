"""What can be imported of leads: sources, campaigns, pipelines, stages, leads, deals and activities.

Leads and deals bring their past along: one stage change for each step, on the day it was taken.
"""

from typing import Any

from django.db.models import F, Min, Q
from django.utils.translation import gettext as _

from accounts.imports import team_of
from accounts.models import Account, Product
from crm.imports import nouns
from crm.imports.nouns import Field, Noun
from crm.imports.writing import fresh
from leads.actions import scoring
from leads.models import Activity, Campaign, Deal, DealStageChange, Lead, LeadStageChange, Pipeline, Source, Stage

PERCENT: dict[str, Any] = {"low": 0, "high": 100}


def once(run, model):
    """Every record of a small table by primary key, read once per load (and again when one is missing)."""
    return run.memo.setdefault(model, {record.pk: record for record in model._base_manager.all()})


@nouns.register
class SourceNoun(Noun):
    name, model, order, natural = "source", Source, 30, "key"
    fields = {
        "name": Field(limit=80, required=True),
        "key": Field(limit=60, required=True),
        "is_marketing": Field(nouns.BOOLEAN),
        "is_active": Field(nouns.BOOLEAN),
    }


@nouns.register
class CampaignNoun(Noun):
    name, model, order, natural = "campaign", Campaign, 31, "name"
    fields = {
        "name": Field(limit=120, required=True),
        "source": Field(nouns.REFERENCE, noun="source"),
        "starts_on": Field(nouns.DATE),
        "ends_on": Field(nouns.DATE),
        "budget": Field(nouns.MONEY),
        "description": Field(),
    }

    def check(self, row, run):
        if "starts_on" in row and "ends_on" in row and row["ends_on"] < row["starts_on"]:
            yield "ends_on", _("It ends before it starts.")


@nouns.register
class PipelineNoun(Noun):
    name, model, order, natural = "pipeline", Pipeline, 32, "name"
    fields = {"name": Field(limit=80, required=True)}


@nouns.register
class StageNoun(Noun):
    name, model, order = "stage", Stage, 33
    fields = {
        "pipeline": Field(nouns.REFERENCE, noun="pipeline", required=True),
        "name": Field(limit=80, required=True),
        "position": Field(nouns.INTEGER, low=1, high=32_000, required=True),
        "probability": Field(nouns.INTEGER, **PERCENT),
        "usual_days": Field(nouns.INTEGER, low=0, high=32_000),
    }


@nouns.register
class LeadNoun(Noun):
    """How far a lead has come follows from its dates; `stage` only tells new from working."""

    name, model, order = "lead", Lead, 40
    children = {LeadStageChange: "lead"}
    STEPS = (("qualified_at", "qualified"), ("converted_at", "converted"), ("disqualified_at", "disqualified"))
    fields = {
        "name": Field(limit=120, required=True),
        "company_name": Field(limit=200),
        "title": Field(limit=120),
        "email": Field(nouns.EMAIL, limit=254),
        "phone": Field(limit=40),
        "country": Field(nouns.COUNTRY),
        "employees": Field(nouns.INTEGER, low=0, high=2**31 - 1),
        "source": Field(nouns.REFERENCE, noun="source"),
        "campaign": Field(nouns.REFERENCE, noun="campaign"),
        "product": Field(nouns.REFERENCE, noun="product"),
        "value": Field(nouns.MONEY),
        "comments": Field(),
        "stage": Field(nouns.CHOICE, choices=("new", "working")),
        "owner": Field(nouns.REFERENCE, noun="user"),
        "account": Field(nouns.REFERENCE, noun="account"),
        "contact": Field(nouns.REFERENCE, noun="contact"),
        "created_at": Field(nouns.MOMENT, required=True),
        "first_contact_at": Field(nouns.MOMENT),
        "qualified_at": Field(nouns.MOMENT),
        "converted_at": Field(nouns.MOMENT),
        "disqualified_at": Field(nouns.MOMENT),
        "disqualified_reason": Field(limit=200),
        "customer_at": Field(nouns.MOMENT),
    }

    def check(self, row, run):
        if "converted_at" in row and "disqualified_at" in row:
            yield "disqualified_at", _("A lead is either converted or disqualified.")
        if "converted_at" in row and "account" not in row:
            yield "account", _("A converted lead needs its account.")
        for field in (
            "created_at",
            "first_contact_at",
            "qualified_at",
            "converted_at",
            "disqualified_at",
            "customer_at",
        ):
            if field in row and row[field] > run.now:
                yield field, _("This lies in the future.")

    def build(self, row, run):
        row = dict(row)
        disqualified_at = row.pop("disqualified_at", None)
        qualified_at = row.pop("qualified_at", None)
        customer_at = row.pop("customer_at", None)
        lead = fresh(Lead, currency=run.company.currency, **row)
        lead.steps = self._steps(row | {"qualified_at": qualified_at, "disqualified_at": disqualified_at})
        lead.stage = lead.steps[-1][0]
        lead.team_id = team_of(lead.owner_id, run)
        lead.created_on = run.day_of(lead.created_at)
        lead.first_contact_on = run.day_of(lead.first_contact_at)
        lead.qualified_on = run.day_of(qualified_at)
        lead.converted_on = run.day_of(lead.converted_at)
        lead.customer_on = run.day_of(customer_at)
        lead.fold_search_text()
        self._score(lead, run)
        return lead

    def _steps(self, row):
        steps = [("new", row["created_at"])]
        if row.get("stage") == "working":
            steps.append(("working", row.get("first_contact_at") or row["created_at"]))
        return steps + [(stage, row[field]) for field, stage in self.STEPS if row.get(field)]

    def _score(self, lead, run):
        """By the point rules of today; sources and products are read once, not per lead."""
        if "rules" not in run.memo:
            run.memo["rules"] = scoring.active_rules()
        if run.memo["rules"]:
            lead.source = once(run, Source).get(lead.source_id)
            lead.product = once(run, Product).get(lead.product_id)
            scoring.apply(lead, active=run.memo["rules"])

    def histories(self, made, run):
        for lead, row in made:
            before = ""
            for stage, at in lead.steps:
                yield fresh(
                    LeadStageChange,
                    lead_id=lead.pk,
                    from_stage=before,
                    to_stage=stage,
                    at=at,
                    on=run.day_of(at),
                    owner_id=lead.owner_id,
                    by_id=run.batch.by_id,
                    reason=row.get("disqualified_reason", "") if stage == "disqualified" else "",
                )
                before = stage

    def touches(self, lead):
        days = [lead.created_on, lead.first_contact_on, lead.qualified_on, lead.converted_on, lead.customer_on]
        return {Lead: days}

    def settles(self, lead):
        return lead.account_id


@nouns.register
class DealNoun(Noun):
    """`at` gives the moment at which each stage was entered; a deal without any began in its stage when created."""

    name, model, order = "deal", Deal, 41
    children = {DealStageChange: "deal"}
    fields = {
        "name": Field(limit=200, required=True),
        "account": Field(nouns.REFERENCE, noun="account"),
        "contact": Field(nouns.REFERENCE, noun="contact"),
        "lead": Field(nouns.REFERENCE, noun="lead"),
        "source": Field(nouns.REFERENCE, noun="source"),
        "product": Field(nouns.REFERENCE, noun="product"),
        "order": Field(nouns.REFERENCE, noun="order"),
        "subscription": Field(nouns.REFERENCE, noun="subscription"),
        "quantity": Field(nouns.INTEGER, low=1, high=2**31 - 1),
        "stage": Field(nouns.REFERENCE, noun="stage", required=True),
        "at": Field(nouns.STEPS, noun="stage"),
        "status": Field(nouns.CHOICE, choices=tuple(Deal.Status.values)),
        "value": Field(nouns.MONEY),
        "expected_close_on": Field(nouns.DATE),
        "lost_reason": Field(limit=200),
        "owner": Field(nouns.REFERENCE, noun="user"),
        "created_at": Field(nouns.MOMENT, required=True),
        "first_contact_on": Field(nouns.DATE),
        "closed_at": Field(nouns.MOMENT),
    }

    def check(self, row, run):
        is_open = row.get("status", Deal.Status.OPEN) == Deal.Status.OPEN
        if is_open and "closed_at" in row:
            yield "closed_at", _("An open deal has no closing date.")
        if not is_open and "closed_at" not in row:
            yield "closed_at", _("A won or lost deal needs its closing date.")
        moments = [(name, value) for name, value in row.items() if name.startswith("at.") or name.endswith("_at")]
        for name, value in moments:
            if value > run.now:
                yield name, _("This lies in the future.")
            if name != "created_at" and value < row["created_at"]:
                yield name, _("This lies before the deal was created.")

    def build(self, row, run):
        row = dict(row)
        entered = row.pop("at", {})
        deal = fresh(Deal, currency=run.company.currency, **row)
        deal.steps = self._steps(deal, entered)
        deal.stage_since = deal.steps[-1][1]
        deal.probability = {"won": 100, "lost": 0}.get(deal.status, once(run, Stage)[deal.stage_id].probability)
        deal.team_id = team_of(deal.owner_id, run)
        deal.created_on = run.day_of(deal.created_at)
        deal.closed_on = run.day_of(deal.closed_at)
        deal.first_contact_on = deal.first_contact_on or deal.created_on
        deal.search_text = deal.name.casefold()
        return deal

    def _steps(self, deal, entered):
        """[(stage, moment)] from creation to where it stands, in order."""
        steps = sorted(entered.items(), key=lambda step: step[1])
        if not steps or steps[-1][0] != deal.stage_id:
            steps.append((deal.stage_id, steps[-1][1] if steps else deal.created_at))
        first, rest = steps[0], steps[1:]
        return [(first[0], min(first[1], deal.created_at)), *rest]

    def histories(self, made, run):
        stages = once(run, Stage)
        for deal, _row in made:
            before = None
            steps = [(stage, at, Deal.Status.OPEN, stages[stage].probability) for stage, at in deal.steps]
            if deal.closed_at:
                steps.append((deal.stage_id, deal.closed_at, deal.status, deal.probability))
            for stage, at, status, probability in steps:
                yield fresh(
                    DealStageChange,
                    deal_id=deal.pk,
                    from_stage_id=before,
                    to_stage_id=stage,
                    status=status,
                    value=deal.value,
                    probability=probability,
                    at=at,
                    on=run.day_of(at),
                    owner_id=deal.owner_id,
                    by_id=run.batch.by_id,
                )
                before = stage

    def touches(self, deal):
        return {Deal: [deal.created_on, deal.closed_on]}

    def settles(self, deal):
        return deal.account_id if deal.status == Deal.Status.WON else None

    def accounts_of(self, batch):
        won = Deal._base_manager.filter(import_batch=batch, status=Deal.Status.WON, account__isnull=False)
        return won.values_list("account_id", flat=True)


@nouns.register
class ActivityNoun(Noun):
    name, model, order = "activity", Activity, 42
    fields = {
        "kind": Field(nouns.CHOICE, choices=tuple(Activity.Kind.values), required=True),
        "subject": Field(limit=200),
        "body": Field(),
        "at": Field(nouns.MOMENT, required=True),
        "minutes": Field(nouns.DURATION),
        "account": Field(nouns.REFERENCE, noun="account"),
        "contact": Field(nouns.REFERENCE, noun="contact"),
        "lead": Field(nouns.REFERENCE, noun="lead"),
        "deal": Field(nouns.REFERENCE, noun="deal"),
        "by": Field(nouns.REFERENCE, noun="user"),
    }

    def check(self, row, run):
        if not {"account", "lead", "deal"} & set(row):
            yield "account", _("An activity needs an account, a lead or a deal.")
        if row["at"] > run.now:
            yield "at", _("This lies in the future.")

    def build(self, row, run):
        activity = Activity(**row)
        activity.on = run.day_of(activity.at)
        if activity.minutes is not None:
            activity.minutes = round(activity.minutes / 60)
        return activity

    def touches(self, activity):
        return {Activity: [activity.on]}


@nouns.settle(order=20)
def settle_leads(account_ids, run):
    """`customer_on` of the accounts' leads: the day the account first paid or won a deal, unless that was before the lead.

    A day that the source stated itself stays; a day that rested on what has been taken back is taken back as well."""
    won = Deal._base_manager.filter(account__in=account_ids, status=Deal.Status.WON, trashed_at=None)
    firsts = dict(
        won.order_by().values("account_id").annotate(first=Min("closed_on")).values_list("account_id", "first")
    )
    for pk, day in Account._base_manager.filter(pk__in=account_ids, first_paid_on__isnull=False).values_list(
        "pk", "first_paid_on"
    ):
        firsts[pk] = min(day, firsts.get(pk, day))
    leads = Lead._base_manager.filter(account__in=account_ids)
    changed = []
    for lead in leads.filter(Q(customer_on=None) | Q(customer_on__gte=F("created_on"))):
        first = firsts.get(lead.account_id)
        day = first if first and first >= lead.created_on else None
        if lead.customer_on is None or first is None or lead.customer_on < first:
            if lead.customer_on != day:
                changed.append((lead, lead.customer_on))
            lead.customer_on = day
    Lead._base_manager.bulk_update([lead for lead, _before in changed], ["customer_on"], batch_size=500)
    return {Lead: {day for lead, before in changed for day in (lead.created_on, before, lead.customer_on)}}
