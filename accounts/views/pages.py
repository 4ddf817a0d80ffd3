"""What the views of this app share: the page of a form, the trash, suggestions for a field.

A form's page loads (404 where the record is invisible, 403 where it may only be read), asks, acts, answers: 422 with
the form where something is wrong with it, whether the form or the action found it.
"""

from copy import copy

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import models, transaction
from django.forms import ModelForm
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_GET, require_POST

from accounts.forms.fields import suggestions
from accounts.models import Account
from crm import notices, policy
from crm.exceptions import Conflict, Forbidden, Invalid


class FormPage(LoginRequiredMixin, View):
    """Subclasses name `model` (the record with `pk` in the address is loaded for a change), or `creates`."""

    model: type[models.Model] | None = None
    creates: type[models.Model] | None = None
    related: tuple[str, ...] = ()
    form_class: type
    template_name = "accounts/form.html"
    title: object = ""
    submit: object = gettext_lazy("Save")
    intro: object = ""
    said: object = ""  # the notice afterwards
    lists = ""  # the address name of the list that the crumb leads to

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.refuse_strangers()
        return super().dispatch(request, *args, **kwargs)

    def refuse_strangers(self):
        if self.creates and not policy.may_create(self.request.user, self.creates):
            raise Forbidden(_("Your role does not include adding these."))
        if self.model:
            _loaded = self.record

    @cached_property
    def record(self):
        """The record to change; None where one is made."""
        return changeable(self.request, self.model, self.kwargs["pk"], *self.related) if self.model else None

    def get(self, request, *args, **kwargs):
        return self.answer(self.form())

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if not form.is_valid():
            return self.answer(form, 422)
        if "preview" in request.POST:
            return self.answer(form)
        said = self.what_happened(form)
        try:
            with transaction.atomic():
                result = self.act(form)
        except (Invalid, Conflict) as refusal:
            add_refusal(form, refusal)
            return self.answer(form, 422 if isinstance(refusal, Invalid) else refusal.status)
        if said or self.said:
            notices.say(request, said or str(self.said) % {"name": result}, tone="good")
        return HttpResponseRedirect(self.target(result))

    def form(self, data=None):
        kwargs = {"user": self.request.user, "record": self.record, "initial": self.initial()}
        if issubclass(self.form_class, ModelForm) and self.record is not None:
            kwargs["instance"] = copy(
                self.record
            )  # what the form writes on it is not yet what the action compares with
        return self.form_class(data, **kwargs)

    def initial(self):
        return {}

    def act(self, form):
        raise NotImplementedError

    def target(self, result):
        return result.get_absolute_url()

    def back_url(self):
        return self.record.get_absolute_url() if self.record is not None else reverse(self.lists)

    def will(self, form):
        """What the form is about to do, in a sentence; for forms that say so before one confirms."""
        return None

    def foreseen(self, form):
        try:
            return self.will(form)
        except Invalid as refusal:
            return refusal.message

    def what_happened(self, form):
        """The same sentence once it is done; asked before, for afterwards there is nothing to compare with."""
        return None

    def answer(self, form, status=200):
        context = {
            "form": form,
            "title": str(self.title) % {"name": self.record},
            "record": self.record,
            "submit": self.submit,
            "intro": self.intro,
            "back_url": self.back_url(),
            "list_url": reverse(self.lists) if self.lists else "",
            "list_title": list_title(self.model or self.creates),
            "will": self.foreseen(form),
        }
        return render(self.request, self.template_name, context, status=status)


def list_title(model):
    return str(model._meta.verbose_name_plural).capitalize() if model else ""


def add_refusal(form, refusal):
    """An action's refusal in the form's words: at the field it is about, otherwise above the form."""
    at_fields = {name: messages for name, messages in refusal.fields.items() if name in form.fields}
    for name, messages in at_fields.items():
        form.add_error(name, messages)
    if not at_fields:
        form.add_error(None, refusal.message)


def changeable(request, model, pk, *related):
    """404 where the record cannot be seen, 403 where it can be seen but not changed."""
    record = get_object_or_404(model.objects.visible_to(request.user).select_related(*related), pk=pk)
    if not policy.may(request.user, policy.WRITE, record):
        raise Forbidden(_("You may see this, but only its owner and their manager can change it."))
    return record


@login_required
@require_POST
def trash(request, pk, model):
    record = changeable(request, model, pk)
    noun = model._meta.model_name
    if record.trash(request.user):
        undo = reverse(f"{noun}_restore", args=[pk])
        notices.undoable(request, _("%(name)s is in the trash.") % {"name": record}, undo)
    return redirect(f"{noun}_list")


@login_required
@require_POST
def restore(request, pk, model):
    in_trash = policy.restrict(model._base_manager.filter(trashed_at__isnull=False), policy.WRITE, request.user)
    record = get_object_or_404(in_trash, pk=pk)
    record.restore(request.user)
    notices.say(request, _("%(name)s is back.") % {"name": record}, tone="good")
    return redirect(record)


@login_required
@require_GET
def suggest(request):
    """Names of accounts for a field with suggestions."""
    typed = request.GET.get(request.GET.get("field", "q"), "")[:100]
    accounts = Account.objects
    offered = accounts.changeable_by(request.user) if "change" in request.GET else accounts.visible_to(request.user)
    names = suggestions(offered, typed)
    return render(request, "accounts/_suggestions.html", {"names": names})
