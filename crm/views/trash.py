"""What was deleted in the last thirty days, and the way back."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm import notices, policy, trash
from crm.exceptions import Conflict, Forbidden


@login_required
@require_safe
def trash_list(request):
    context = {
        "title": _("Trash"),
        "entries": trash.entries(request.user),
        "days": trash.KEPT_FOR.days,
        "most": trash.MOST_SHOWN,
    }
    return render(request, "crm/trash.html", context)


@login_required
@require_POST
def restore(request, label, pk):
    model = trash.model_called(label)
    if model is None:
        raise Http404
    visible = policy.restrict(model._base_manager.all(), policy.READ, request.user)
    record = get_object_or_404(visible, pk=pk)
    if not policy.may(request.user, policy.WRITE, record):
        raise Forbidden(_("You may see this record, but not bring it back."))
    if not record.restore(by=request.user):
        raise Conflict(_("This record is not in the trash any more."))
    notices.say(request, _("“%(name)s” is back.") % {"name": record}, tone="good")
    return redirect(record.get_absolute_url() if hasattr(record, "get_absolute_url") else "trash_list")
