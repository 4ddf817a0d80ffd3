from django.utils.translation import gettext as _
from rest_framework import mixins, serializers

from accounts.actions import subscriptions
from accounts.lists import SubscriptionList
from accounts.models import Account, Movement, Product, Subscription
from accounts.models.product import Billing
from crm import policy
from crm.api_base import ReadOnlyRecordViewSet
from crm.api_fields import MinorUnits, VisibleField, verb
from crm.exceptions import Forbidden


class MovementSerializer(serializers.ModelSerializer):
    """`amount` is the change of MRR in micros."""

    class Meta:
        model = Movement
        fields = ["id", "kind", "on", "amount", "cause", "reason", "reverses"]


class SubscriptionSerializer(serializers.ModelSerializer):
    """Prices are minor units per billing period; `mrr` is micros a month. Change it by its verbs."""

    account = VisibleField(Account)
    product = VisibleField(Product)
    movements = MovementSerializer(many=True, read_only=True)
    price = MinorUnits(required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=10**6, required=False)
    billing = serializers.ChoiceField(choices=Billing.choices, required=False)
    started_on = serializers.DateField(required=False)

    class Meta:
        model = Subscription
        fields = [
            "id", "account", "product", "status", "quantity", "price", "billing", "currency", "mrr", "started_on",
            "trial_ends_on", "ends_on", "movements",
        ]  # fmt: skip
        read_only_fields = ["status", "currency", "mrr", "ends_on"]


class OnSerializer(serializers.Serializer):
    """`on` is a local day, today where it is left out."""

    on = serializers.DateField(required=False)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ChangeSerializer(OnSerializer):
    price = MinorUnits(required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=10**6, required=False)
    product = VisibleField(Product, required=False)
    billing = serializers.ChoiceField(choices=Billing.choices, required=False)


class ReactivateSerializer(OnSerializer):
    price = MinorUnits(required=False)


class CancelSerializer(OnSerializer):
    cause = serializers.ChoiceField(choices=["voluntary", "involuntary"], default="voluntary")


class SubscriptionViewSet(mixins.CreateModelMixin, ReadOnlyRecordViewSet):
    list_class = SubscriptionList
    serializer_class = SubscriptionSerializer

    def get_queryset(self):
        return super().get_queryset().prefetch_related("movements")

    def perform_create(self, serializer):
        data = dict(serializer.validated_data)
        account, product = data.pop("account"), data.pop("product")
        if not policy.may(self.request.user, policy.WRITE, account):
            raise Forbidden(_("You may see this account, but not change it."))
        on = data.pop("started_on", None)
        serializer.instance = subscriptions.start(account, product, on=on, by=self.request.user, **data)

    @verb(ChangeSerializer)
    def upgrade(self, subscription, data):
        """Change it so that it brings in more."""
        subscriptions.upgrade(subscription, by=self.request.user, **data)

    @verb(ChangeSerializer)
    def downgrade(self, subscription, data):
        """Change it so that it brings in less."""
        subscriptions.downgrade(subscription, by=self.request.user, **data)

    @verb(OnSerializer)
    def pause(self, subscription, data):
        """Stop paying for a while; counts as churn of the kind "paused"."""
        subscriptions.pause(subscription, by=self.request.user, **data)

    @verb(CancelSerializer)
    def cancel(self, subscription, data):
        """End on `on`, the first unpaid day; a day ahead is only noted."""
        subscriptions.cancel(subscription, by=self.request.user, **data)

    @verb(ReactivateSerializer)
    def reactivate(self, subscription, data):
        """Pay again after a pause or an end."""
        subscriptions.reactivate(subscription, by=self.request.user, **data)
