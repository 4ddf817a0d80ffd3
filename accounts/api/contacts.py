from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.actions import contacts
from accounts.lists import ContactList
from accounts.models import Account, Contact
from crm import policy
from crm.api_base import RecordViewSet
from crm.api_fields import VisibleField
from crm.exceptions import Forbidden


class ContactSerializer(serializers.ModelSerializer):
    account = VisibleField(Account)

    class Meta:
        model = Contact
        fields = ["id", "account", "name", "title", "email", "phone", "language", "created_at"]
        read_only_fields = ["created_at"]


class ContactViewSet(RecordViewSet):
    list_class = ContactList
    serializer_class = ContactSerializer

    def perform_create(self, serializer):
        self.refuse_foreign(serializer.validated_data["account"])
        serializer.instance = contacts.add(by=self.request.user, **serializer.validated_data)

    def perform_update(self, serializer):
        if account := serializer.validated_data.get("account"):
            self.refuse_foreign(account)
        contacts.edit(serializer.instance, by=self.request.user, **serializer.validated_data)

    def refuse_foreign(self, account):
        """A contact belongs to an account the user may change."""
        if not policy.may(self.request.user, policy.WRITE, account):
            raise Forbidden(_("You may see this account, but not change it."))
