from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm import formats, notices
from crm.views.detail import RecordView
from crm.views.lists import ListView
from leads import board, bulk
from leads.actions import deals
from leads.forms.deals import DealForm, LoseForm, NewDealForm
from leads.lists import DEAL_TONES, DealList
from leads.models import Deal, Stage
from leads.views.activities import composer_for, next_step_of
from leads.views.board import ways
from leads.views.records import back_to, changeable, form_page, may_create, next_url, number, posted


class DealListView(ListView):
    list_class = DealList
    template_name = "leads/deal_list.html"

    def get_context_data(self, listing):
        return super().get_context_data(listing) | {"ways": ways("list", listing.url()[1:])}


class DealDetailView(RecordView):
    model = Deal
    related = ("owner", "team", "account", "contact", "lead", "source", "product", "stage__pipeline")
    related += ("subscription__product", "order")  # what winning it has delivered

    def facts(self):
        deal = self.record
        return [
            (_("Account"), deal.account, deal.account.get_absolute_url() if deal.account else ""),
            (_("Contact"), deal.contact, deal.contact.get_absolute_url() if deal.contact else ""),
            (_("Worth a year"), formats.money(deal.value, deal.currency)),
            (_("Product"), f"{deal.quantity} × {deal.product}" if deal.product and deal.quantity > 1 else deal.product),
            (_("Expected"), formats.day(deal.expected_close_on)),
            (_("Pipeline"), deal.stage.pipeline),
            (_("Source"), deal.source, deal.source.get_absolute_url() if deal.source else ""),
            (_("Created"), formats.day(deal.created_on)),
            (_("Closed"), formats.day(deal.closed_on)),
            *self.delivered(),
        ]

    def delivered(self):
        """What winning has started or charged, for those who may see it."""
        deal, user = self.record, self.request.user
        for label, record in ((_("Subscription"), deal.subscription), (_("Order"), deal.order)):
            if record is not None and type(record).objects.visible_to(user).filter(pk=record.pk).exists():
                text = formats.money(record.amount, record.currency) if record == deal.order else record.product
                yield label, text, record.get_absolute_url()

    def context(self):
        deal, user = self.record, self.request.user
        lead = deal.lead_id and type(deal.lead).objects.visible_to(user).filter(pk=deal.lead_id).first()
        return super().context() | {
            "tone": DEAL_TONES[deal.status],
            "steps": board.stepper(deal),
            "age": board.age_of(deal),
            "lead": lead,
            "next": next_step_of(deal, user),
            "composer_form": composer_for(self.request, deal),
            "people": bulk.owners(user) if self.may_change else [],
            "facts_edit_url": reverse("deal_edit", args=[deal.pk]) if self.may_change else "",
        }


@login_required
def deal_create(request):
    may_create(request, Deal)
    form = NewDealForm(posted(request), user=request.user, initial=request.GET.dict())
    if form.is_valid():
        deal = deals.add(by=request.user, **form.cleaned_data)
        notices.say(request, _("The deal is open. What is the next step?"), tone="good")
        return redirect(deal)
    return form_page(
        request, form, title=_("New deal"), submit=_("Save deal"), back=reverse("deal_board"), crumb=_("Deals")
    )


@login_required
def deal_edit(request, pk):
    deal = changeable(request, Deal, pk, "account", "contact", "product", "source")
    form = DealForm(posted(request), user=request.user, instance=deal)
    if form.is_valid():
        deals.edit(deal, by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved."), tone="good")
        return redirect(deal)
    trash_url = reverse("deal_trash", args=[pk])
    return form_page(
        request,
        form,
        title=_("Edit %(name)s") % {"name": deal},
        submit=_("Save deal"),
        back=deal.get_absolute_url(),
        crumb=deal,
        trash_url=trash_url,
    )


@login_required
@require_POST
def deal_move(request, pk):
    deal = changeable(request, Deal, pk, "stage", "account")
    stages = Stage.objects.visible_to(request.user).filter(pipeline=deal.stage.pipeline_id)
    stage = get_object_or_404(stages, pk=number(request.POST.get("stage") or request.GET.get("stage")))
    before = deal.stage
    deals.move(deal, stage, by=request.user)
    if before != stage:
        undo = undo_url(request, "deal_move", pk, stage=before.pk)
        notices.undoable(request, _("%(name)s moved to %(stage)s.") % {"name": deal, "stage": stage}, undo)
    return moved(request, deal)


@login_required
@require_POST
def deal_assign(request, pk):
    deal = changeable(request, Deal, pk)
    owner = bulk.person(request.POST.get("owner", ""), request.user)
    deals.assign(deal, owner, by=request.user)
    notices.say(request, _("%(name)s now belongs to %(owner)s.") % {"name": deal, "owner": owner}, tone="good")
    is_visible = Deal.objects.visible_to(request.user).filter(pk=pk).exists()
    return redirect(deal if is_visible else "deal_board")


@login_required
@require_POST
def deal_win(request, pk):
    deal = changeable(request, Deal, pk, "stage", "account", "product")
    deals.win(deal, by=request.user)
    notices.undoable(request, _("Won: %(name)s. Well done!") % {"name": deal}, undo_url(request, "deal_reopen", pk))
    return moved(request, deal)


@login_required
def deal_lose(request, pk):
    deal = changeable(request, Deal, pk, "stage", "account")
    form = LoseForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        deals.lose(deal, reason=form.cleaned_data["reason"], by=request.user)
        notices.undoable(request, _("%(name)s moved to Lost.") % {"name": deal}, undo_url(request, "deal_reopen", pk))
        return back_to(request, deal)
    if request.htmx and not form.is_bound:  # dropped on Lost: ask on a page of its own
        return HttpResponse(headers={"HX-Redirect": f"{request.path}?next={reverse('deal_board')}"})
    came_from = next_url(request)
    return form_page(
        request,
        form,
        title=_("Lost: %(name)s") % {"name": deal},
        submit=_("Mark as lost"),
        back=came_from or deal.get_absolute_url(),
        crumb=deal,
        next_url=came_from,
    )


@login_required
@require_POST
def deal_reopen(request, pk):
    deal = changeable(request, Deal, pk, "stage", "account")
    deals.reopen(deal, by=request.user)
    notices.say(request, _("%(name)s is open again.") % {"name": deal}, tone="good")
    return back_to(request, deal)


def undo_url(request, name, pk, **values):
    """The address that takes a step back and then leads to where it was taken: the board, or the deal's page."""
    here = next_url(request) or (reverse("deal_board") if request.htmx else "")
    values |= {"next": here} if here else {}
    return reverse(name, args=[pk]) + (f"?{urlencode(values)}" if values else "")


def moved(request, deal):
    """After a step on the board: for its script the totals of the lanes and the notice, otherwise a page."""
    if not request.htmx:
        return back_to(request, deal)
    context = {"board": board.Board(DealList(request.user, board.kept(request)), request), "oob": True}
    return render(request, "leads/_board_totals.html", context)
