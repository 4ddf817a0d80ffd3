import datetime as dt

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm import notices, policy
from crm.models.company import Company
from crm.views.lists import ListView
from leads import followup
from leads.actions import tasks
from leads.forms.tasks import DueForm, NewTaskForm, TaskComposerForm, TaskForm
from leads.lists import TaskList
from leads.models import Task
from leads.views.records import back_to, changeable, form_page, may_create, next_url, posted, visible

ABOUT = ("owner", "lead", "deal__account", "deal__stage", "account", "contact")


class TaskListView(ListView):
    list_class = TaskList


@login_required
def task_detail(request, pk):
    task = visible(request, Task, pk, *ABOUT, "done_by")
    context = {"task": task, "title": task.title, "may_change": policy.may(request.user, policy.WRITE, task)}
    return render(request, "leads/task_detail.html", context)


@login_required
def task_create(request):
    may_create(request, Task)
    form_class = TaskComposerForm if request.POST.get("composer") == "1" else NewTaskForm
    form = form_class(posted(request), user=request.user, initial=request.GET.dict())
    if form.is_valid():
        task = tasks.add(by=request.user, **{"owner": request.user} | form.cleaned_data)
        notices.say(request, _("Next step planned: %(title)s.") % {"title": task}, tone="good")
        return back_to(request, task.about.get_absolute_url())
    return form_page(
        request, form, title=_("New task"), submit=_("Save task"), back=reverse("task_list"), crumb=_("Tasks")
    )


@login_required
def task_edit(request, pk):
    task = changeable(request, Task, pk, *ABOUT)
    form = TaskForm(posted(request), user=request.user, instance=task)
    if form.is_valid():
        tasks.edit(task, by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved."), tone="good")
        return redirect(task)
    trash_url = reverse("task_trash", args=[pk])
    return form_page(
        request,
        form,
        title=_("Edit %(name)s") % {"name": task},
        submit=_("Save task"),
        back=task.get_absolute_url(),
        crumb=task,
        trash_url=trash_url,
    )


@login_required
@require_POST
def task_complete(request, pk):
    """Done; and what happens next? Asked in the row for htmx, on a page of its own otherwise."""
    task = changeable(request, Task, pk, *ABOUT)
    if not task.done_at:
        tasks.complete(task, by=request.user)
    if request.htmx:
        return render(
            request,
            "leads/_task_done.html",
            {"task": task, "ideas": followup.ideas(task), "next": next_url(request)},
        )
    tail = f"?{urlencode({'next': next_url(request)})}" if next_url(request) else ""
    return redirect(reverse("task_next", args=[pk]) + tail)


@login_required
def task_next(request, pk):
    """The next step after a task: one of the ideas, or another."""
    task = changeable(request, Task, pk, *ABOUT)
    initial = followup.about(task) | {"kind": task.kind, "due_on": followup.tomorrow()}
    form = TaskComposerForm(posted(request), user=request.user, keep=task, initial=initial)
    back = task.about.get_absolute_url()
    if form.is_valid():
        step = tasks.add(by=request.user, **form.cleaned_data | {"owner": task.owner or request.user})
        notices.say(request, _("Next step planned: %(title)s.") % {"title": step}, tone="good")
        return back_to(request, back)
    context = {
        "task": task,
        "ideas": followup.ideas(task),
        "next_url": next_url(request),
    }
    return form_page(
        request,
        form,
        title=_("What happens next?"),
        submit=_("Plan it"),
        back=back,
        crumb=task.about,
        template="leads/task_next.html",
        **context,
    )


@login_required
@require_POST
def task_reopen(request, pk):
    task = changeable(request, Task, pk)
    tasks.reopen(task, by=request.user)
    return back_to(request, task)


@login_required
def task_reschedule(request, pk):
    task = changeable(request, Task, pk, *ABOUT)
    before = task.due_on
    form = DueForm(posted(request), user=request.user, instance=task)
    if form.is_valid():
        tasks.reschedule(
            task, due_on=form.cleaned_data["due_on"], due_time=form.cleaned_data["due_time"], by=request.user
        )
        if before != task.due_on:
            notices.say(request, _("%(title)s is moved.") % {"title": task}, tone="good")
        return back_to(request, task)
    today = Company.current().today()
    choices = [
        (_("Today"), today),
        (_("Tomorrow"), today + dt.timedelta(days=1)),
        (_("In a week"), today + dt.timedelta(days=7)),
    ]
    return form_page(
        request,
        form,
        title=_("When instead?"),
        submit=_("Move"),
        back=task.get_absolute_url(),
        crumb=task,
        template="leads/task_reschedule.html",
        task=task,
        days=choices,
        next_url=next_url(request),
    )
