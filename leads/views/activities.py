from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account, Contact
from crm import notices
from crm.views.lists import ListView
from leads.actions import activities
from leads.composer import compose
from leads.forms.activities import ActivityForm, ComposerForm, LogForm
from leads.lists import ActivityList
from leads.models import Activity, Deal, Lead, Task
from leads.views.records import back_to, changeable, form_page, may_create, number, posted, visible

ABOUT = {"lead": Lead, "deal": Deal, "contact": Contact, "account": Account}


class ActivityListView(ListView):
    list_class = ActivityList


@login_required
def activity_create(request):
    may_create(request, Activity)
    is_composer = request.POST.get("composer") == "1"
    initial = request.GET.dict() | {"kind": request.GET.get("kind", Activity.Kind.CALL)}
    form = (ComposerForm if is_composer else LogForm)(posted(request), user=request.user, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        at = data.pop("at")
        activity = activities.log(by=request.user, at=at, **data)
        notices.say(request, _("%(kind)s logged.") % {"kind": activity.get_kind_display()}, tone="good")
        return back_to(request, activity.about.get_absolute_url())
    return form_page(
        request,
        form,
        title=_("Log an activity"),
        submit=_("Log it"),
        back=reverse("activity_list"),
        crumb=_("Activities"),
    )


@login_required
def activity_edit(request, pk):
    activity = changeable(request, Activity, pk, "lead", "deal", "account")
    form = ActivityForm(posted(request), user=request.user, instance=activity)
    back = activity.about.get_absolute_url()
    if form.is_valid():
        activities.edit(activity, by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved."), tone="good")
        return redirect(back)
    trash_url = reverse("activity_trash", args=[pk])
    return form_page(
        request,
        form,
        title=_("Edit %(name)s") % {"name": activity},
        submit=_("Save"),
        back=back,
        crumb=activity.about,
        trash_url=trash_url,
    )


@login_required
def composer(request):
    """The composer for another kind: `?kind=call&deal=7`."""
    for name, model in ABOUT.items():
        if request.GET.get(name):
            record = visible(request, model, number(request.GET[name]))
            return render(request, "leads/_composer.html", {"composer_form": composer_for(request, record)})
    raise Http404


def composer_for(request, record):
    """The composer on the page of a record, for the kind that the address names."""
    return compose(record, request.user, request.GET.get("kind") or request.GET.get("log", ""))


def next_step_of(record, user):
    """The first open task of a record."""
    tasks = Task.objects.visible_to(user).open().filter(**{record._meta.model_name: record.pk})
    return tasks.select_related("owner", "contact").order_by("due_on", "due_time", "pk").first()
