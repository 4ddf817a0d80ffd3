"""A person's own API keys: make one (shown once), revoke one."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from crm import apikeys, notices
from crm.forms import TidyTextMixin
from crm.models import ApiKey


class ApiKeyForm(TidyTextMixin, forms.ModelForm):
    class Meta:
        model = ApiKey
        fields = ["name", "scope"]
        help_texts = {"name": gettext_lazy("What it is for, for instance “Website form”.")}


class ApiKeysView(LoginRequiredMixin, View):
    def get(self, request):
        return self.page(request, ApiKeyForm())

    def post(self, request):
        form = ApiKeyForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=422)
        key, text = apikeys.create(request.user, by=request.user, **form.cleaned_data)
        return never_cache(self.page)(request, ApiKeyForm(), new_key=text, new_name=key.name)

    def page(self, request, form, status=200, **more):
        keys = ApiKey.objects.filter(user=request.user).order_by("revoked_at", "-id")[:100]
        context = {"title": _("API keys"), "form": form, "keys": keys} | more
        return render(request, "crm/apikeys.html", context, status=status)


@login_required
@require_POST
def revoke(request, pk):
    key = get_object_or_404(ApiKey.objects.visible_to(request.user), pk=pk)
    apikeys.revoke(key, by=request.user)
    notices.say(request, _("The key “%(name)s” no longer works.") % {"name": key.name})
    return redirect("apikey_list")
