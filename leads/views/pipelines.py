from django.contrib.auth.decorators import login_required
from django.db.models import Count, Sum
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm import notices, policy
from leads.actions import pipelines
from leads.forms.pipelines import PipelineForm, StageForm
from leads.models import Deal, Pipeline, Stage
from leads.views.records import changeable, form_page, may_create, posted, visible


@login_required
def pipeline_list(request):
    rows = (
        Pipeline.objects.visible_to(request.user).annotate(stage_count=Count("stages")).order_by("-is_default", "name")
    )
    context = {
        "title": _("Pipelines"),
        "pipelines": rows,
        "may_change": policy.may_create(request.user, Pipeline),
    }
    return render(request, "leads/pipeline_list.html", context)


@login_required
def pipeline_detail(request, pk):
    pipeline = visible(request, Pipeline, pk)
    deals = Deal.objects.visible_to(request.user).open().filter(stage__pipeline=pipeline)
    sums = deals.order_by().values("stage").annotate(count=Count("pk"), value=Sum("value"))
    by_stage = {row["stage"]: row for row in sums}
    stages = list(pipeline.stages.order_by("position"))
    for stage in stages:
        stage.sums = by_stage.get(stage.pk, {"count": 0, "value": 0})
    context = {
        "title": pipeline.name,
        "pipeline": pipeline,
        "stages": stages,
        "may_change": policy.may(request.user, policy.WRITE, pipeline),
    }
    return render(request, "leads/pipeline_detail.html", context)


@login_required
def pipeline_create(request):
    may_create(request, Pipeline)
    form = PipelineForm(posted(request))
    if form.is_valid():
        pipeline = pipelines.add(by=request.user, **form.cleaned_data)
        return redirect("pipeline_detail", pipeline.pk)
    return form_page(
        request,
        form,
        title=_("New pipeline"),
        submit=_("Save pipeline"),
        back=reverse("pipeline_list"),
        crumb=_("Pipelines"),
    )


@login_required
def pipeline_edit(request, pk):
    pipeline = changeable(request, Pipeline, pk)
    form = PipelineForm(posted(request), instance=pipeline)
    back = reverse("pipeline_detail", args=[pk])
    if form.is_valid():
        pipelines.edit(pipeline, by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved."), tone="good")
        return redirect(back)
    return form_page(
        request,
        form,
        title=_("Edit %(name)s") % {"name": pipeline},
        submit=_("Save pipeline"),
        back=back,
        crumb=pipeline,
    )


@login_required
def stage_create(request, pk):
    pipeline = changeable(request, Pipeline, pk)
    form = StageForm(posted(request), pipeline=pipeline)
    back = reverse("pipeline_detail", args=[pk])
    if form.is_valid():
        pipelines.add_stage(pipeline, by=request.user, **form.cleaned_data)
        return redirect(back)
    return form_page(request, form, title=_("New stage"), submit=_("Save stage"), back=back, crumb=pipeline)


@login_required
def stage_edit(request, pk):
    stage = changeable(request, Stage, pk, "pipeline")
    form = StageForm(posted(request), instance=stage, pipeline=stage.pipeline)
    back = reverse("pipeline_detail", args=[stage.pipeline_id])
    if form.is_valid():
        pipelines.edit_stage(stage, by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved. Deals take the new probability when they move next."), tone="good")
        return redirect(back)
    return form_page(
        request,
        form,
        title=_("Edit %(name)s") % {"name": stage},
        submit=_("Save stage"),
        back=back,
        crumb=stage.pipeline,
    )


@login_required
@require_POST
def stage_move(request, pk):
    """Change places with the stage before (`to=earlier`) or after."""
    stage = changeable(request, Stage, pk, "pipeline")
    stages = list(stage.pipeline.stages.order_by("position"))
    here = stages.index(stage)
    there = here + (-1 if request.POST.get("to") == "earlier" else 1)
    if 0 <= there < len(stages):
        stages[here], stages[there] = stages[there], stages[here]
        pipelines.arrange(stage.pipeline, stages, by=request.user)
    return redirect("pipeline_detail", stage.pipeline_id)
