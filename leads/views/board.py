from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import policy
from crm.exceptions import Forbidden
from leads.board import Board
from leads.lists import DealList
from leads.models import Deal


@login_required
def deal_board(request):
    if not DealList.is_open_to(request.user):
        raise Forbidden(_("Your role does not include this page."))
    listing = DealList(request.user, request.GET, extra=["lane"])
    query = request.GET.urlencode()
    context = {
        "title": _("Deals"),
        "list": listing,
        "board": Board(listing, request),
        "chips": listing.chips(),
        "filter_url": f"{reverse('deal_list')}{listing.url(panel='filters')}",
        "ways": ways("board", query),
        "may_create": policy.may_create(request.user, Deal),
    }
    return render(request, "leads/deal_board.html", context)


def ways(on, query=""):
    """Board or list, keeping the filters."""
    tail = f"?{query}" if query else ""
    return [
        {"label": _("Board"), "url": reverse("deal_board") + tail, "on": on == "board"},
        {"label": _("List"), "url": reverse("deal_list") + tail, "on": on == "list"},
    ]
