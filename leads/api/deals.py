from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.api.accounts import AssignSerializer
from accounts.bulk import owners
from accounts.models import Account, Contact, Product, User
from crm.api_base import ReadOnlyRecordViewSet, RecordViewSet
from crm.api_fields import MinorUnits, NoBody, VisibleField, verb
from leads.actions import deals
from leads.lists import DealList
from leads.models import Deal, Source, Stage


class DealSerializer(serializers.ModelSerializer):
    """`value` is in minor units. Stage and status change by verbs: move, win, lose, reopen."""

    account = VisibleField(Account)
    contact = VisibleField(Contact, required=False, allow_null=True)
    product = VisibleField(Product, required=False, allow_null=True)
    source = VisibleField(Source, required=False, allow_null=True)
    owner = VisibleField(User, owners, required=False)
    value = MinorUnits(required=False)
    quantity = serializers.IntegerField(min_value=1, max_value=10**6, required=False)

    class Meta:
        model = Deal
        fields = [
            "id", "name", "account", "contact", "lead", "product", "quantity", "value", "currency", "stage", "status",
            "probability", "expected_close_on", "source", "owner", "team", "lost_reason", "subscription", "order",
            "created_at", "created_on", "first_contact_on", "closed_at", "closed_on",
        ]  # fmt: skip
        read_only_fields = [
            "lead", "currency", "stage", "status", "probability", "team", "lost_reason", "subscription", "order",
            "created_at", "created_on", "first_contact_on", "closed_at", "closed_on",
        ]  # fmt: skip

    def validate(self, data):
        account = data.get("account") or getattr(self.instance, "account", None)
        contact = data.get("contact")
        if contact and account and contact.account_id != account.pk:
            raise serializers.ValidationError({"contact": _("This person belongs to another account.")})
        return data


class DealMoveSerializer(serializers.Serializer):
    stage = VisibleField(Stage)


class LoseSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class DealViewSet(RecordViewSet):
    list_class = DealList
    serializer_class = DealSerializer

    def perform_create(self, serializer):
        data = {"owner": self.request.user, **serializer.validated_data}
        serializer.instance = deals.add(by=self.request.user, **data)

    def perform_update(self, serializer):
        changes = dict(serializer.validated_data)
        owner = changes.pop("owner", serializer.instance.owner)
        deals.edit(serializer.instance, by=self.request.user, **changes)
        deals.assign(serializer.instance, owner, by=self.request.user)

    @verb(DealMoveSerializer)
    def move(self, deal, data):
        """Take an open deal to another stage."""
        deals.move(deal, data["stage"], by=self.request.user)

    @verb(NoBody)
    def win(self, deal, data):
        """Close it as won: starts a subscription, or writes an order. A closed deal answers 409."""
        deals.win(deal, by=self.request.user)

    @verb(LoseSerializer)
    def lose(self, deal, data):
        """Close it as lost, with the reason."""
        deals.lose(deal, reason=data["reason"], by=self.request.user)

    @verb(NoBody)
    def reopen(self, deal, data):
        """Take back a win or a loss while nothing is built on it."""
        deals.reopen(deal, by=self.request.user)

    @verb(AssignSerializer)
    def assign(self, deal, data):
        """Hand it to somebody."""
        deals.assign(deal, data["owner"], by=self.request.user)


class StageSerializer(serializers.ModelSerializer):
    class Meta:
        model = Stage
        fields = ["id", "pipeline", "name", "position", "probability", "usual_days"]


class StageViewSet(ReadOnlyRecordViewSet):
    model = Stage
    serializer_class = StageSerializer
    ordering = ("pipeline", "position")
