from rest_framework import serializers

from accounts.api.accounts import AssignSerializer
from accounts.bulk import owners
from accounts.models import Account, Product, User
from crm.api_base import ReadOnlyRecordViewSet, RecordViewSet
from crm.api_fields import MinorUnits, NoBody, VisibleField, verb
from leads.actions import leads
from leads.lists import LeadList
from leads.models import Campaign, Lead, Source


class LeadSerializer(serializers.ModelSerializer):
    """`value` is in minor units. The stage changes by verbs: move, qualify, disqualify, reopen, convert."""

    source = VisibleField(Source, required=False, allow_null=True)
    campaign = VisibleField(Campaign, required=False, allow_null=True)
    product = VisibleField(Product, required=False, allow_null=True)
    owner = VisibleField(User, owners, required=False)
    value = MinorUnits(required=False, allow_null=True)

    class Meta:
        model = Lead
        fields = [
            "id", "name", "company_name", "title", "email", "phone", "country", "employees", "source", "campaign",
            "product", "value", "currency", "comments", "stage", "score", "score_override", "score_reasons",
            "next_follow_up_at", "disqualified_reason", "owner", "team", "account", "contact", "created_at",
            "created_on", "first_contact_at", "qualified_on", "converted_at", "customer_on",
        ]  # fmt: skip
        read_only_fields = [
            "currency", "stage", "score", "score_override", "score_reasons", "disqualified_reason", "team", "account",
            "contact", "created_at", "created_on", "first_contact_at", "qualified_on", "converted_at", "customer_on",
        ]  # fmt: skip


class LeadMoveSerializer(serializers.Serializer):
    stage = serializers.ChoiceField(choices=[(str(stage), stage.label) for stage in Lead.OPEN])


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class ScoreSerializer(serializers.Serializer):
    """A score set by hand; null gives it back to the rules."""

    score = serializers.IntegerField(min_value=0, max_value=100, allow_null=True)


class ConvertSerializer(serializers.Serializer):
    """Without `account` a new one is made from the lead's company."""

    account = VisibleField(Account, required=False, allow_null=True)
    product = VisibleField(Product, required=False, allow_null=True)
    create_deal = serializers.BooleanField(default=True)
    deal_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    deal_value = MinorUnits(required=False, allow_null=True)


class LeadViewSet(RecordViewSet):
    list_class = LeadList
    serializer_class = LeadSerializer

    def perform_create(self, serializer):
        data = {"owner": self.request.user, **serializer.validated_data}
        serializer.instance = leads.add(by=self.request.user, **data)

    def perform_update(self, serializer):
        changes = dict(serializer.validated_data)
        owner = changes.pop("owner", serializer.instance.owner)
        leads.edit(serializer.instance, by=self.request.user, **changes)
        leads.assign(serializer.instance, owner, by=self.request.user)

    @verb(LeadMoveSerializer)
    def move(self, lead, data):
        """Take an open lead to another open stage."""
        leads.move(lead, data["stage"], by=self.request.user)

    @verb(NoBody)
    def qualify(self, lead, data):
        """Say that it is worth a deal."""
        leads.qualify(lead, by=self.request.user)

    @verb(ReasonSerializer)
    def disqualify(self, lead, data):
        """Close it, with the reason."""
        leads.disqualify(lead, reason=data["reason"], by=self.request.user)

    @verb(NoBody)
    def reopen(self, lead, data):
        """Take back a disqualification."""
        leads.reopen(lead, by=self.request.user)

    @verb(AssignSerializer)
    def assign(self, lead, data):
        """Hand it to somebody."""
        leads.assign(lead, data["owner"], by=self.request.user)

    @verb(ScoreSerializer)
    def set_score(self, lead, data):
        """Set the score by hand."""
        leads.set_score(lead, data["score"], by=self.request.user)

    @verb(ConvertSerializer)
    def convert(self, lead, data):
        """Make it an account, a contact and a deal. One winner: a second conversion answers 409."""
        leads.convert(lead, by=self.request.user, **data)


class SourceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Source
        fields = ["id", "name", "key", "is_marketing", "is_active"]


class SourceViewSet(ReadOnlyRecordViewSet):
    model = Source
    serializer_class = SourceSerializer
    ordering = ("name",)
