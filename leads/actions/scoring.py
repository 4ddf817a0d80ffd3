"""Point rules and what follows from them. A changed rule rescores the open leads as a job."""

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.actions import records
from crm import events
from crm.exceptions import Conflict, Invalid
from leads import rules
from leads.models import Lead, ScoreRule

FIELDS = ("field", "operator", "value", "points", "label", "is_active")
NUMERIC = (ScoreRule.Operator.AT_LEAST, ScoreRule.Operator.AT_MOST)
BATCH = 500


@transaction.atomic
def add_rule(*, field, operator, points, label, by, value="", is_active=True):
    rule = ScoreRule(field=field, operator=operator, points=points, label=label, value=value, is_active=is_active)
    refuse_incomplete(rule)
    records.create(rule)
    events.record("score_rule.added", rule, by=by, data={"label": label, "points": points})
    return rule


@transaction.atomic
def edit_rule(rule, *, by, **changes):
    changed = records.change(rule, changes, allowed=FIELDS, refuse=refuse_incomplete)
    if changed:
        events.record("score_rule.edited", rule, by=by, data={"changes": changed})
    return rule


@transaction.atomic
def remove_rule(rule, *, by):
    events.record("score_rule.removed", rule, by=by, data={"label": rule.label, "points": rule.points})
    if not ScoreRule.objects.filter(pk=rule.pk).delete()[0]:
        raise Conflict(_("This rule has been removed already."))


def refuse_incomplete(rule):
    if rule.operator in NUMERIC and rules.number(rule.value) is None:
        raise Invalid(_("Give a number to compare with."), fields={"value": [_("Give a number to compare with.")]})
    if rule.operator not in (*NUMERIC, ScoreRule.Operator.KNOWN) and not rule.value:
        raise Invalid(_("Give a value to compare with."), fields={"value": [_("Give a value to compare with.")]})
    if not -100 <= rule.points <= 100:
        raise Invalid(_("Points lie between −100 and 100."), fields={"points": [_("Points lie between −100 and 100.")]})


def active_rules():
    return list(ScoreRule.objects.filter(is_active=True))


def apply(lead, activities=0, active=None):
    """Score a lead in memory. A score set by hand stays; the reasons show what the points would say."""
    points, lead.score_reasons = rules.score(
        rules.facts_of(lead, activities), active_rules() if active is None else active
    )
    lead.score = points if lead.score_override is None else lead.score_override


def rescore(lead, active=None):
    """Score a lead by its present facts and write it; scores are no history, so no event tells of them."""
    activities = lead.activity_set.filter(trashed_at=None).count()
    apply(lead, activities, active)
    Lead._base_manager.filter(pk=lead.pk).update(score=lead.score, score_reasons=lead.score_reasons)


def rescore_open():
    """Score every open lead anew, in batches; safe to repeat. The number of leads."""
    active = active_rules()
    last, count = 0, 0
    while True:
        batch = (
            Lead.objects.open()
            .filter(pk__gt=last)
            .select_related("source", "product")
            .annotate(activities=Count("activity_set", filter=Q(activity_set__trashed_at=None)))
            .order_by("pk")[:BATCH]
        )
        leads = list(batch)
        if not leads:
            return count
        for lead in leads:
            apply(lead, lead.activities, active)
        Lead.objects.bulk_update(leads, ["score", "score_reasons"])
        last, count = leads[-1].pk, count + len(leads)
