"""Pipelines and their stages."""

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.actions import records
from crm import events
from crm.exceptions import Conflict, Invalid
from leads.models import Pipeline, Stage

DEFAULT = (  # name, probability, usual days
    (pgettext_lazy("deal stage", "Qualified"), 20, 14),
    (gettext_lazy("Demo"), 40, 14),
    (gettext_lazy("Proposal"), 60, 21),
    (gettext_lazy("Negotiation"), 80, 14),
)


def ensure_default():
    """The default pipeline, made on first need; two who need it at once get the same one."""
    pipeline = Pipeline.objects.filter(is_default=True).first()
    if pipeline and pipeline.stages.exists():
        return pipeline
    try:
        with transaction.atomic():
            pipeline = pipeline or Pipeline.objects.create(name=free_name(_("Sales")), is_default=True)
            Stage.objects.bulk_create(
                Stage(pipeline=pipeline, name=str(name), position=position, probability=probability, usual_days=days)
                for position, (name, probability, days) in enumerate(DEFAULT, start=1)
            )
    except IntegrityError:
        pipeline = Pipeline.objects.get(is_default=True)
    return pipeline


def first_stage(pipeline=None):
    return (pipeline or ensure_default()).stages.order_by("position").first()


def free_name(name):
    return name if not Pipeline.objects.filter(name=name).exists() else f"{name} ({Pipeline.objects.count() + 1})"


@transaction.atomic
def add(*, name, by, is_default=False):
    refuse_taken(Pipeline.objects.filter(name=name))
    if is_default:
        Pipeline.objects.filter(is_default=True).update(is_default=False)
    pipeline = records.create(Pipeline(name=name, is_default=is_default))
    events.record("pipeline.added", pipeline, by=by)
    return pipeline


@transaction.atomic
def edit(pipeline, *, by, **changes):
    if "name" in changes:
        refuse_taken(Pipeline.objects.filter(name=changes["name"]).exclude(pk=pipeline.pk))
    if changes.get("is_default"):
        Pipeline.objects.filter(is_default=True).exclude(pk=pipeline.pk).update(is_default=False)
    changed = records.change(pipeline, changes, allowed=("name", "is_default"))
    if changed:
        events.record("pipeline.edited", pipeline, by=by, data={"changes": changed})
    return pipeline


@transaction.atomic
def add_stage(pipeline, *, name, by, probability=50, usual_days=14):
    refuse_taken(pipeline.stages.filter(name=name))
    last = pipeline.stages.aggregate(last=Max("position"))["last"] or 0
    stage = Stage(pipeline=pipeline, name=name, position=last + 1, probability=probability, usual_days=usual_days)
    refuse_probability(probability)
    records.create(stage)
    events.record("stage.added", stage, by=by, context=pipeline)
    return stage


@transaction.atomic
def edit_stage(stage, *, by, **changes):
    """Deals keep the probability they were given; it is taken anew when they move."""
    if "name" in changes:
        refuse_taken(Stage.objects.filter(pipeline=stage.pipeline_id, name=changes["name"]).exclude(pk=stage.pk))
    refuse_probability(changes.get("probability", 0))
    changed = records.change(stage, changes, allowed=("name", "probability", "usual_days"))
    if changed:
        events.record("stage.edited", stage, by=by, context=stage.pipeline, data={"changes": changed})
    return stage


@transaction.atomic
def arrange(pipeline, stages, *, by):
    """Put all stages of a pipeline into this order."""
    if sorted(stage.pk for stage in stages) != sorted(pipeline.stages.values_list("pk", flat=True)):
        raise Conflict(_("The stages have changed meanwhile. Look at them again."))
    offset = 1 + (pipeline.stages.aggregate(last=Max("position"))["last"] or 0)
    for base in (offset, 1):  # out of the way first: a position is taken once
        for index, stage in enumerate(stages):
            Stage.objects.filter(pk=stage.pk).update(position=base + index)
    events.record("pipeline.arranged", pipeline, by=by)
    return pipeline


def refuse_taken(found):
    if found.exists():
        raise Invalid(_("This name is taken."), fields={"name": [_("Choose another name.")]})


def refuse_probability(probability):
    if not 0 <= probability <= 100:
        message = _("A probability lies between 0 and 100.")
        raise Invalid(message, fields={"probability": [message]})
