"""How the product looks to one person: appearance and language. Kept on the user, and in cookies for the sign-in page."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

YEAR = 365 * 24 * 3600
THEMES = ("auto", "light", "dark")


@require_POST
def theme(request):
    wanted = request.POST.get("theme")
    if wanted not in THEMES:
        return HttpResponseBadRequest(_("There is no such appearance."))
    if request.user.is_authenticated:
        get_user_model().objects.filter(pk=request.user.pk).update(theme=wanted)
    response = HttpResponse(status=204) if request.htmx else back(request)
    return remember(response, theme=wanted)


@require_POST
def language(request):
    wanted = request.POST.get("language")
    if wanted not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest(_("There is no such language."))
    if request.user.is_authenticated:
        get_user_model().objects.filter(pk=request.user.pk).update(language=wanted)
    return remember(back(request), language=wanted)


@login_required
def more(request):
    """Everything the phone's tab bar has no room for."""
    return render(request, "crm/more.html", {"title": _("More")})


@login_required
def settings_index(request):
    """The pages under Settings that this user may open."""
    return render(request, "crm/settings_index.html", {"title": _("Settings")})


def remember(response, *, theme=None, language=None):
    """Set the cookies that the shell reads before anything else."""
    if theme:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=settings.HTTPS)
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
        )
    return response


def back(request):
    """To the page the form stood on, if it is one of ours."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    return HttpResponseRedirect(target)
