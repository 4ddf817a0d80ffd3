from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.bulk import owners
from accounts.countries import name_of
from crm import formats, notices
from crm.exceptions import Invalid
from crm.views.detail import RecordView
from crm.views.lists import ListView
from leads import bulk, matching
from leads.actions import leads
from leads.forms.leads import ConvertForm, DisqualifyForm, LeadForm, NewLeadForm, ScoreForm
from leads.lists import LEAD_TONES, LeadList
from leads.models import Lead
from leads.views.activities import composer_for, next_step_of
from leads.views.records import back_to, changeable, form_page, may_create, posted


class LeadListView(ListView):
    list_class = LeadList


class LeadDetailView(RecordView):
    model = Lead
    related = ("owner", "team", "source", "campaign", "product", "account", "contact")

    def facts(self):
        lead = self.record
        return [
            (_("Company"), lead.company_name),
            (_("Job title"), lead.title),
            (_("E-mail"), lead.email, f"mailto:{lead.email}" if lead.email else ""),
            (_("Phone"), lead.phone, f"tel:{lead.phone}" if lead.phone else ""),
            (_("Country"), name_of(lead.country) if lead.country else ""),
            (_("Employees"), formats.number(lead.employees) if lead.employees else ""),
            (_("Source"), lead.source, lead.source.get_absolute_url() if lead.source else ""),
            (_("Campaign"), lead.campaign, lead.campaign.get_absolute_url() if lead.campaign else ""),
            (_("Interested in"), lead.product),
            (_("Worth a year"), formats.money(lead.value, lead.currency)),
            (_("Created"), formats.moment(lead.created_at)),
        ]

    def context(self):
        lead = self.record
        return super().context() | {
            "tone": LEAD_TONES[lead.stage],
            "next": next_step_of(lead, self.request.user),
            "composer_form": composer_for(self.request, lead),
            "people": owners(self.request.user) if self.may_change else [],
            "facts_edit_url": reverse("lead_edit", args=[lead.pk]) if self.may_change else "",
            "deals": lead.deals.visible_to(self.request.user).select_related("stage"),
        }


@login_required
def lead_create(request):
    may_create(request, Lead)
    form = NewLeadForm(posted(request), user=request.user, initial=request.GET.dict())
    if form.is_valid():
        lead = leads.add(by=request.user, **form.cleaned_data)
        notices.say(request, _("%(name)s is a lead now. What is the next step?") % {"name": lead}, tone="good")
        return redirect(lead)
    return form_page(
        request, form, title=_("New lead"), submit=_("Save lead"), back=reverse("lead_list"), crumb=_("Leads")
    )


@login_required
def lead_edit(request, pk):
    lead = changeable(request, Lead, pk, "source", "product")
    form = LeadForm(posted(request), user=request.user, instance=lead)
    if form.is_valid():
        leads.edit(lead, by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved."), tone="good")
        return redirect(lead)
    trash_url = reverse("lead_trash", args=[pk])
    return form_page(
        request,
        form,
        title=_("Edit %(name)s") % {"name": lead},
        submit=_("Save lead"),
        back=lead.get_absolute_url(),
        crumb=lead,
        trash_url=trash_url,
    )


@login_required
@require_POST
def lead_move(request, pk):
    lead = changeable(request, Lead, pk)
    stage = request.POST.get("stage", "")
    if stage not in Lead.OPEN:
        raise Invalid(_("A lead can be new, working or qualified."))
    before = lead.stage
    leads.move(lead, stage, by=request.user)
    if before != stage:
        notices.say(
            request,
            _("%(name)s is now %(stage)s.") % {"name": lead, "stage": lead.get_stage_display().lower()},
            tone="good",
        )
    return back_to(request, lead)


@login_required
@require_POST
def lead_assign(request, pk):
    lead = changeable(request, Lead, pk)
    owner = bulk.person(request.POST.get("owner", ""), request.user)
    leads.assign(lead, owner, by=request.user)
    notices.say(request, _("%(name)s now belongs to %(owner)s.") % {"name": lead, "owner": owner}, tone="good")
    is_visible = Lead.objects.visible_to(request.user).filter(pk=pk).exists()
    return redirect(lead if is_visible else "lead_list")


@login_required
def lead_score(request, pk):
    lead = changeable(request, Lead, pk)
    form = ScoreForm(posted(request), initial={"score": lead.score_override})
    if form.is_valid():
        leads.set_score(lead, form.cleaned_data["score"], by=request.user)
        return redirect(lead)
    return form_page(
        request,
        form,
        title=_("Score of %(name)s") % {"name": lead},
        submit=_("Set the score"),
        back=lead.get_absolute_url(),
        crumb=lead,
    )


@login_required
def lead_disqualify(request, pk):
    lead = changeable(request, Lead, pk)
    form = DisqualifyForm(posted(request))
    if form.is_valid():
        leads.disqualify(lead, reason=form.cleaned_data["reason"], by=request.user)
        notices.undoable(request, _("%(name)s is disqualified.") % {"name": lead}, reverse("lead_reopen", args=[pk]))
        return redirect(lead)
    return form_page(
        request,
        form,
        title=_("Disqualify %(name)s") % {"name": lead},
        submit=_("Disqualify"),
        back=lead.get_absolute_url(),
        crumb=lead,
    )


@login_required
@require_POST
def lead_reopen(request, pk):
    lead = changeable(request, Lead, pk)
    leads.reopen(lead, by=request.user)
    notices.say(request, _("%(name)s is open again.") % {"name": lead}, tone="good")
    return redirect(lead)


@login_required
def lead_convert(request, pk):
    lead = changeable(request, Lead, pk, "source", "product")
    if not lead.is_open and request.method == "GET":
        return redirect(lead)
    matches = matching.accounts_like(lead, request.user)
    form = ConvertForm(posted(request), lead=lead, user=request.user, matches=matches)
    if form.is_valid():
        made = leads.convert(lead, by=request.user, **form.wanted)
        said = _("%(name)s is converted, the account is %(account)s.") % {"name": lead, "account": made.account}
        notices.say(request, said, tone="good")
        return redirect(made.deal or made.account)
    context = {
        "form": form,
        "lead": lead,
        "matches": matches,
        "back_url": lead.get_absolute_url(),
        "title": _("Convert %(name)s") % {"name": lead},
    }
    return render(request, "leads/lead_convert.html", context, status=422 if form.is_bound and form.errors else 200)
