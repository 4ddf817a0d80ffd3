"""Orders: list, page, adding, refunding."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.actions import orders
from accounts.forms.orders import OrderForm, RefundForm, left_of
from accounts.lists import ORDER_TONES, OrderList
from accounts.models import Order
from accounts.views.contacts import given
from accounts.views.pages import FormPage, changeable
from crm import formats, notices
from crm.exceptions import Conflict
from crm.views.detail import RecordView
from crm.views.lists import ListView


class OrderListView(ListView):
    list_class = OrderList


class OrderDetailView(RecordView):
    model = Order
    related = ("account", "product", "owner", "team", "subscription__product", "refund_of__account")

    def facts(self):
        order = self.record
        return [
            (_("Account"), order.account, order.account.get_absolute_url()),
            (_("Kind"), order.get_kind_display()),
            (_("Day"), formats.day(order.on, year=True)),
            (_("Product"), order.product, order.product.get_absolute_url() if order.product else ""),
            *(
                [(_("Subscription"), order.subscription.product, order.subscription.get_absolute_url())]
                if order.subscription
                else []
            ),
            *([(_("Refund of"), order.refund_of, order.refund_of.get_absolute_url())] if order.refund_of else []),
            (_("Owner that day"), order.owner),
            (_("Team that day"), order.team),
            (_("Note"), order.note),
        ]

    def context(self):
        order = self.record
        left = left_of(order) if order.kind != Order.Kind.REFUND else 0
        return super().context() | {
            "title": _("%(kind)s, %(account)s") % {"kind": order.get_kind_display(), "account": order.account},
            "tone": ORDER_TONES[order.kind],
            "refunds": Order.objects.visible_to(self.request.user).filter(refund_of=order).order_by("-on", "-id"),
            "left": left,
            "may_refund": self.may_change and left > 0,
        }


class OrderCreateView(FormPage):
    """A charge; `?account=7` fills the account in."""

    creates = Order
    form_class = OrderForm
    title, submit, lists = gettext_lazy("New order"), gettext_lazy("Add order"), "order_list"

    def initial(self):
        return {"account": given(self.request)}

    def act(self, form):
        fields = dict(form.cleaned_data)
        order = orders.add(fields.pop("account"), by=self.request.user, **fields)
        text = _("The order over %(amount)s is written.") % {"amount": formats.money(order.amount, order.currency)}
        notices.undoable(self.request, text, reverse("order_withdraw", args=[order.pk]))
        return order

    def target(self, result):
        return result.account.get_absolute_url() if given(self.request) else result.get_absolute_url()

    def back_url(self):
        return reverse("account_detail", args=[given(self.request)]) if given(self.request) else reverse("order_list")


class OrderRefundView(FormPage):
    model = Order
    related = ("account",)
    form_class = RefundForm
    title, submit, lists = gettext_lazy("Refund %(name)s"), gettext_lazy("Refund"), "order_list"
    said = gettext_lazy("The refund is written.")

    def refuse_strangers(self):
        super().refuse_strangers()
        if self.record.kind == Order.Kind.REFUND:
            raise Conflict(_("A refund cannot be refunded."))

    def initial(self):
        return {"amount": left_of(self.record)}

    def act(self, form):
        return orders.refund(self.record, by=self.request.user, **form.cleaned_data)


@login_required
@require_POST
def withdraw(request, pk):
    """Take back an order that was entered by mistake."""
    order = changeable(request, Order, pk, "account")
    orders.withdraw(order, by=request.user)
    notices.say(request, _("The order is taken back."))
    return redirect(order.account)
