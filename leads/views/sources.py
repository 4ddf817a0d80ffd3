from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import notices, policy
from crm.views.lists import ListView
from leads.actions import sources
from leads.forms.sources import NewSourceForm, SourceForm
from leads.lists import LEAD_TONES, SourceList
from leads.models import Deal, Lead, Source
from leads.views.records import changeable, form_page, may_create, posted, visible


class SourceListView(ListView):
    list_class = SourceList


@login_required
def source_detail(request, pk):
    source = visible(request, Source, pk)
    context = {
        "title": source.name,
        "source": source,
        "may_change": policy.may(request.user, policy.WRITE, source),
        "campaigns": source.campaigns.visible_to(request.user)[:50],
    } | came_from(request.user, source=source)
    return render(request, "leads/source_detail.html", context)


def came_from(user, **by):
    """What a source or campaign has brought, as far as this user may see it."""
    leads = Lead.objects.visible_to(user).filter(**by)
    counts = leads.aggregate(
        total=Count("pk"),
        open=Count("pk", filter=Q(stage__in=Lead.OPEN)),
        converted=Count("pk", filter=Q(stage=Lead.Stage.CONVERTED)),
        customers=Count("pk", filter=Q(customer_on__isnull=False)),
    )
    latest = list(leads.select_related("owner").order_by("-created_at", "-pk")[:10])
    for lead in latest:
        lead.tone = LEAD_TONES[lead.stage]
    query = "&".join(f"{name}={record.pk}" for name, record in by.items())
    shown = {"counts": counts, "latest": latest, "leads_url": f"{reverse('lead_list')}?{query}"}
    if "source" in by:
        shown["won"] = Deal.objects.visible_to(user).won().filter(**by).count()
    return shown


@login_required
def source_create(request):
    may_create(request, Source)
    form = NewSourceForm(posted(request))
    if form.is_valid():
        source = sources.add(by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved."), tone="good")
        return redirect(source)
    return form_page(
        request, form, title=_("New source"), submit=_("Save source"), back=reverse("source_list"), crumb=_("Sources")
    )


@login_required
def source_edit(request, pk):
    source = changeable(request, Source, pk)
    form = SourceForm(posted(request), instance=source)
    if form.is_valid():
        sources.edit(source, by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved."), tone="good")
        return redirect(source)
    return form_page(
        request,
        form,
        title=_("Edit %(name)s") % {"name": source},
        submit=_("Save source"),
        back=source.get_absolute_url(),
        crumb=source,
    )
