"""What the views of this app share: loading a record for a change, the page of a form, where to go afterwards."""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.views.pages import changeable
from crm import policy
from crm.exceptions import Forbidden

__all__ = ["back_to", "changeable", "form_page", "may_create", "next_url", "number", "posted", "visible"]


def visible(request, model, pk, *related):
    return get_object_or_404(model.objects.visible_to(request.user).select_related(*related), pk=pk)


def may_create(request, model):
    if not policy.may_create(request.user, model):
        raise Forbidden(_("Your role does not include adding these."))


def form_page(request, form, *, title, submit, back, template="leads/form.html", **context):
    """The page of a form: 422 where it was sent and something is wrong with it."""
    context |= {"form": form, "title": title, "submit": submit, "back_url": back}
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)


def posted(request):
    """What a form is filled with: nothing while it is only shown."""
    return request.POST if request.method == "POST" else None


def next_url(request):
    """Where the person came from, as far as it is on this site; otherwise nothing."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_here = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if is_here else ""


def back_to(request, default):
    return redirect(next_url(request) or default)


def number(text):
    """The number of a record as somebody sent it; None where it is none."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
