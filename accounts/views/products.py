"""Products: list, page, forms."""

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import products
from accounts.forms.products import ProductForm
from accounts.lists import SUBSCRIPTION_TONES, ProductList
from accounts.models import Product, Subscription
from accounts.views.pages import FormPage
from crm import formats
from crm.views.detail import RecordView
from crm.views.lists import ListView

MOST_SUBSCRIPTIONS = 10


class ProductListView(ListView):
    list_class = ProductList


class ProductDetailView(RecordView):
    model = Product

    def facts(self):
        product = self.record
        return [
            (_("Family"), product.family),
            (_("Billed"), product.get_billing_display()),
            (_("List price"), formats.money(product.price, product.currency)),
            (_("On sale"), _("yes") if product.is_active else _("no, retired")),
        ]

    def context(self):
        return (
            super().context()
            | self.sold()
            | {"facts_edit_url": reverse("product_edit", args=[self.record.pk]) if self.may_change else ""}
        )

    def sold(self):
        """Who subscribes to it: as far as the reader may see them, and said so where that is not everybody."""
        mine = Subscription.objects.visible_to(self.request.user).filter(product=self.record)
        sums = mine.aggregate(running=Count("pk", filter=Q(status__in=Subscription.RUNNING)), mrr=Sum("mrr"))
        rows = list(mine.select_related("account").order_by("-mrr", "-started_on")[:MOST_SUBSCRIPTIONS])
        for row in rows:
            row.tone = SUBSCRIPTION_TONES[row.status]
        return {
            "subscriptions": rows,
            "running_count": sums["running"],
            "running_mrr": sums["mrr"] or 0,
            "sees_all": self.request.user.has_role("admin", "agent"),
        }


class ProductCreateView(FormPage):
    creates = Product
    form_class = ProductForm
    title, submit, lists = gettext_lazy("New product"), gettext_lazy("Add product"), "product_list"

    def act(self, form):
        return products.add(by=self.request.user, **form.cleaned_data)

    def back_url(self):
        return reverse("product_list")


class ProductEditView(FormPage):
    model = Product
    form_class = ProductForm
    title, lists = gettext_lazy("Edit %(name)s"), "product_list"
    said = gettext_lazy("%(name)s is saved.")

    def act(self, form):
        return products.edit(self.record, by=self.request.user, **form.cleaned_data)
