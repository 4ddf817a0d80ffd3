from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import formats, notices, policy
from crm.models.company import Company
from crm.views.lists import ListView
from leads.actions import sources
from leads.forms.sources import CampaignForm
from leads.lists import CampaignList
from leads.models import Campaign
from leads.views.records import changeable, form_page, may_create, posted, visible
from leads.views.sources import came_from


class CampaignListView(ListView):
    list_class = CampaignList


@login_required
def campaign_detail(request, pk):
    campaign = visible(request, Campaign, pk, "source")
    facts = [
        (_("Source"), campaign.source, campaign.source.get_absolute_url() if campaign.source else ""),
        (_("Starts"), formats.day(campaign.starts_on)),
        (_("Ends"), formats.day(campaign.ends_on)),
        (_("Budget"), formats.money(campaign.budget, Company.current().currency)),
    ]
    context = {
        "title": campaign.name,
        "campaign": campaign,
        "facts": facts,
        "may_change": policy.may(request.user, policy.WRITE, campaign),
    } | came_from(request.user, campaign=campaign)
    return render(request, "leads/campaign_detail.html", context)


@login_required
def campaign_create(request):
    may_create(request, Campaign)
    form = CampaignForm(posted(request), user=request.user, initial=request.GET.dict())
    if form.is_valid():
        campaign = sources.add_campaign(by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved."), tone="good")
        return redirect(campaign)
    return form_page(
        request,
        form,
        title=_("New campaign"),
        submit=_("Save campaign"),
        back=reverse("campaign_list"),
        crumb=_("Campaigns"),
    )


@login_required
def campaign_edit(request, pk):
    campaign = changeable(request, Campaign, pk, "source")
    form = CampaignForm(posted(request), user=request.user, instance=campaign)
    if form.is_valid():
        sources.edit_campaign(campaign, by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved."), tone="good")
        return redirect(campaign)
    return form_page(
        request,
        form,
        title=_("Edit %(name)s") % {"name": campaign},
        submit=_("Save campaign"),
        back=campaign.get_absolute_url(),
        crumb=campaign,
    )
