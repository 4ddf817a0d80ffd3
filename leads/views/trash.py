"""Into the trash and out of it again, the same for leads, deals, activities and tasks."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm import notices, policy
from crm.exceptions import Invalid
from leads.views.records import back_to, changeable

MOST = 200


@login_required
@require_POST
def trash(request, pk, model):
    record = changeable(request, model, pk)
    if record.trash(request.user):
        undo = reverse(f"{model._meta.model_name}_restore", args=[pk])
        notices.undoable(request, _("%(name)s is in the trash.") % {"name": record}, undo)
    return back_to(request, list_of(model))


@login_required
@require_POST
def restore(request, pk, model):
    record = get_object_or_404(in_trash(model, request.user), pk=pk)
    record.restore(request.user)
    notices.say(request, _("%(name)s is back.") % {"name": record}, tone="good")
    return redirect(record.get_absolute_url() if hasattr(record, "get_absolute_url") else list_of(model))


@login_required
@require_POST
def restore_many(request, model):
    ids = request.GET.get("ids", "").split(",")
    if len(ids) > MOST or not all(text.isascii() and text.isdigit() and len(text) < 19 for text in ids):
        raise Invalid(_("These records cannot be brought back together."))
    records = list(in_trash(model, request.user).filter(pk__in=ids))
    for record in records:
        record.restore(request.user)
    text = ngettext("%(count)s record is back.", "%(count)s records are back.", len(records))
    notices.say(request, text % {"count": len(records)}, tone="good")
    return redirect(list_of(model))


def in_trash(model, user):
    return policy.restrict(model._base_manager.filter(trashed_at__isnull=False), policy.WRITE, user)


def list_of(model):
    return reverse(f"{model._meta.model_name}_list")
