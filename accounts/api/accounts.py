from rest_framework import serializers

from accounts.actions import accounts
from accounts.bulk import owners
from accounts.lists import AccountList
from accounts.models import Account, User
from crm.api_base import RecordViewSet
from crm.api_fields import VisibleField, verb


class AccountSerializer(serializers.ModelSerializer):
    """`mrr` is in micros of the company's currency (1,000,000 = one unit) a month."""

    parent = VisibleField(Account, required=False, allow_null=True)
    owner = VisibleField(User, owners, required=False, allow_null=True)

    class Meta:
        model = Account
        fields = [
            "id", "name", "status", "website", "phone", "industry", "country", "city", "employees", "parent",
            "description", "owner", "team", "source", "first_paid_on", "mrr", "created_at", "created_on",
        ]  # fmt: skip
        read_only_fields = ["status", "team", "source", "first_paid_on", "mrr", "created_at", "created_on"]


class AssignSerializer(serializers.Serializer):
    owner = VisibleField(User, owners)


class AccountViewSet(RecordViewSet):
    list_class = AccountList
    serializer_class = AccountSerializer

    def perform_create(self, serializer):
        data = serializer.validated_data
        serializer.instance = accounts.add(by=self.request.user, **{"owner": self.request.user, **data})

    def perform_update(self, serializer):
        changes = dict(serializer.validated_data)
        owner = changes.pop("owner", serializer.instance.owner)
        accounts.edit(serializer.instance, by=self.request.user, **changes)
        accounts.assign(serializer.instance, owner, by=self.request.user)

    @verb(AssignSerializer)
    def assign(self, account, data):
        """Hand the account to somebody."""
        accounts.assign(account, data["owner"], by=self.request.user)
