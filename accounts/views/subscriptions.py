"""Subscriptions: list, page, and every step of their life as a form that says what it will do."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.actions import corrections, subscriptions, terms
from accounts.forms import subscriptions as forms
from accounts.lists import SUBSCRIPTION_TONES, SubscriptionList
from accounts.models import Account, Movement, MrrInterval, Subscription
from accounts.models.product import MICROS
from accounts.views.pages import FormPage, changeable
from crm import formats, money, notices
from crm.models import Company
from crm.periods import FOREVER
from crm.views.detail import RecordView
from crm.views.lists import ListView


class SubscriptionListView(ListView):
    list_class = SubscriptionList


class SubscriptionDetailView(RecordView):
    model = Subscription
    related = ("account__owner", "product")

    def facts(self):
        found = self.record
        return [
            (_("Account"), found.account, found.account.get_absolute_url()),
            (_("Product"), found.product, found.product.get_absolute_url()),
            (_("Quantity"), formats.number(found.quantity)),
            (_("Price"), formats.money(found.price, found.currency)),
            (_("Billed"), found.get_billing_display()),
            (_("Started"), formats.day(found.started_on, year=True)),
            *([(_("Trial until"), formats.day(found.trial_ends_on, year=True))] if found.trial_ends_on else []),
            *([(_("Past due since"), formats.day(found.past_due_since, year=True))] if found.past_due_since else []),
            *(
                [(_("Ends"), formats.day(found.ends_on, year=True)), (_("Reason"), found.end_reason)]
                if found.ends_on
                else []
            ),
        ]

    def context(self):
        found, user = self.record, self.request.user
        movements = (
            Movement.objects.visible_to(user).filter(subscription=found).select_related("by", "reversed_by", "reverses")
        )
        intervals = MrrInterval.objects.visible_to(user).filter(subscription=found).select_related("product")
        return super().context() | {
            "tone": SUBSCRIPTION_TONES[found.status],
            "movements": movements.order_by("-on", "-id"),
            "intervals": [(interval, last_day(interval)) for interval in intervals.order_by("-start_on")],
            "steps": steps_of(found) if self.may_change else [],
        }


def last_day(interval):
    """The last day paid at that price; None while it runs."""
    return None if interval.end_on == FOREVER else interval.end_on - timedelta(days=1)


def steps_of(subscription):
    """(address name, label) of what can be done now, the most usual first."""
    status, Status = subscription.status, Subscription.Status
    found = []
    if subscription.is_running or status == Status.TRIAL:
        found.append(("subscription_change", _("Change")))
    if status in (Status.PAUSED, Status.CANCELLED):
        found.append(("subscription_reactivate", _("Reactivate")))
    if subscription.is_running and not subscription.is_ending:
        found.append(("subscription_pause", _("Pause")))
    if status != Status.CANCELLED and not subscription.is_ending:
        found.append(("subscription_cancel", _("Cancel subscription")))
    return found


class StepPage(FormPage):
    """One step; `will` says in a sentence what becomes of MRR, from the form as far as it is filled in."""

    model = Subscription
    related = ("account", "product")
    template_name = "accounts/step.html"
    lists = "subscription_list"

    needs_input = False  # nothing can be said before the form is filled in

    def what_happened(self, form):
        return self.foreseen(form)

    def will(self, form):
        if form.is_bound and not form.is_valid():
            return None
        if self.needs_input and not form.is_bound:
            return _("MRR is %(mrr)s now.") % {"mrr": formats.mrr(self.mrr_before(), Company.current().currency)}
        data = form.cleaned_data if form.is_bound else initials(form)
        return say_change(self.mrr_before(), self.mrr_after(form, data), self.day_of(data))

    def mrr_before(self):
        return self.record.mrr

    def day_of(self, data):
        return data.get("on")

    def mrr_after(self, form, data):
        raise NotImplementedError


def initials(form):
    return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}


def say_change(before, after, day):
    currency = Company.current().currency
    words = {
        "from": formats.mrr(before, currency),
        "to": formats.mrr(after, currency),
        "day": formats.day(day, year=True),
    }
    if before == after:
        return _("MRR stays at %(from)s.") % words
    return _("MRR goes from %(from)s to %(to)s on %(day)s.") % words


class StartView(StepPage):
    model = Account
    related = ()
    creates = Subscription
    form_class = forms.StartForm
    needs_input = True
    title, submit = gettext_lazy("New subscription for %(name)s"), gettext_lazy("Start subscription")

    def mrr_after(self, form, data):
        return self.record.mrr + terms.agree(**form.terms()).mrr

    def day_of(self, data):
        return data.get("trial_ends_on") or data["on"]

    def act(self, form):
        data = form.cleaned_data
        return subscriptions.start(
            self.record, by=self.request.user, on=data["on"], trial_ends_on=data["trial_ends_on"], **form.terms()
        )


class ChangeView(StepPage):
    form_class = forms.ChangeForm
    needs_input = True
    title, submit = gettext_lazy("Change %(name)s"), gettext_lazy("Save change")
    intro = gettext_lazy("Upgrade, downgrade, another plan, quantity or price: in full effect from the day you choose.")

    def initial(self):
        old = self.record
        return {"product": old.product_id, "quantity": old.quantity, "price": old.price, "billing": old.billing}

    def mrr_after(self, form, data):
        return terms.renegotiate(self.record, **form.terms()).mrr

    def mrr_before(self):
        return terms.of(self.record).mrr

    def act(self, form):
        data = form.cleaned_data
        return subscriptions.change(
            self.record, by=self.request.user, on=data["on"], reason=data["reason"], **form.terms()
        )


class PauseView(StepPage):
    form_class = forms.PauseForm
    title, submit = gettext_lazy("Pause %(name)s"), gettext_lazy("Pause subscription")
    intro = gettext_lazy("It brings in nothing until it is reactivated, and counts as churn of the kind “paused”.")

    def mrr_after(self, form, data):
        return 0

    def act(self, form):
        return subscriptions.pause(self.record, by=self.request.user, **form.cleaned_data)


class ReactivateView(StepPage):
    form_class = forms.ReactivateForm
    title, submit = gettext_lazy("Reactivate %(name)s"), gettext_lazy("Reactivate subscription")

    def mrr_after(self, form, data):
        return terms.renegotiate(self.record, price=data.get("price")).mrr

    def act(self, form):
        return subscriptions.reactivate(self.record, by=self.request.user, **form.cleaned_data)


class CancelView(StepPage):
    form_class = forms.CancelForm
    title, submit = gettext_lazy("Cancel %(name)s"), gettext_lazy("Cancel subscription")

    def mrr_after(self, form, data):
        return 0

    def act(self, form):
        return subscriptions.cancel(self.record, by=self.request.user, **form.cleaned_data)


class CorrectView(StepPage):
    """Another day or amount for a movement: a reversing row and a new one. For managers."""

    model = Movement
    related = ("subscription__product", "subscription__account", "account")
    form_class = forms.CorrectForm
    title, submit = gettext_lazy("Correct a movement"), gettext_lazy("Save correction")
    intro = gettext_lazy(
        "Nothing is overwritten: the old row is reversed and a new one takes its place. Numbers of that day are counted again."
    )

    def initial(self):
        return {"on": self.record.on, "amount": minor(self.record.amount)}

    def mrr_before(self):
        return self.record.subscription.mrr

    def will(self, form):
        movement = self.record
        if form.is_bound and not form.is_valid():
            return None
        currency, data = movement.subscription.currency, form.cleaned_data if form.is_bound else initials(form)
        words = {
            "old": formats.signed_mrr(movement.amount, currency),
            "old_day": formats.day(movement.on, year=True),
            "new": formats.signed_mrr(micros(data["amount"]), currency),
            "new_day": formats.day(data["on"], year=True),
        }
        if not form.is_bound:
            return _("%(old)s on %(old_day)s now.") % words
        if data["amount"] == 0:
            return _("%(old)s on %(old_day)s is taken back.") % words
        return _("%(old)s on %(old_day)s becomes %(new)s on %(new_day)s.") % words

    def act(self, form):
        data = form.cleaned_data
        corrections.correct(
            self.record, by=self.request.user, on=data["on"], amount=self.amount(data), reason=data["reason"]
        )
        return self.record.subscription

    def amount(self, data):
        """Micros; unchanged where the cents shown are unchanged, for a month's share of a year has more digits."""
        return self.record.amount if data["amount"] == minor(self.record.amount) else micros(data["amount"])

    def back_url(self):
        return self.record.subscription.get_absolute_url()


def minor(amount):
    """Micros in minor units, rounded half up."""
    step = MICROS // 10 ** money.exponent(Company.current().currency)
    return (2 * amount + step) // (2 * step)


def micros(amount):
    return amount * MICROS // 10 ** money.exponent(Company.current().currency)


@login_required
@require_POST
def keep(request, pk):
    """Take back a cancellation that is still ahead."""
    subscription = changeable(request, Subscription, pk, "account")
    subscriptions.keep(subscription, by=request.user)
    notices.say(request, _("The cancellation is taken back."), tone="good")
    return redirect(subscription)
