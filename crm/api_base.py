"""What every viewset of the API stands on: rows by policy, filters and pages by the noun's list, one shape of errors.

    class LeadViewSet(RecordViewSet):
        list_class = LeadList
        serializer_class = LeadSerializer
        related = ("owner", "source")

        def perform_create(self, serializer): …calls the action the page calls

Invisible records are 404, visible ones that may not be changed are 403.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import mixins, viewsets
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated

from crm import policy
from crm.api_schema import Schema
from crm.apikeys import WithinScope
from crm.exceptions import Conflict
from crm.idempotency import IdempotentMixin
from crm.lists_api import KeysetPagination, ListFilter


class PolicyPermission(BasePermission):
    """The policy table's word. Reading is decided by the queryset, so only writes are asked about here."""

    message = _("You may see this record, but not change it.")

    def has_permission(self, request, view):
        model = view.model
        if request.method in SAFE_METHODS:
            return any(
                policy.rule_for(model, policy.READ, role) is not policy.nothing for role in request.user.role_names
            )
        return policy.may_create(request.user, model)

    def has_object_permission(self, request, view, obj):
        return request.method in SAFE_METHODS or policy.may(request.user, policy.WRITE, obj)


class PolicyViewSet(IdempotentMixin, viewsets.GenericViewSet):
    """Rows start at `visible_to(user)`; set `list_class`, or `model` where there is no list."""

    list_class: Any = None
    model: Any = None
    related: tuple[str, ...] = ()
    ordering: tuple[str, ...] = ()  # only where there is no list
    permission_classes = [IsAuthenticated, WithinScope, PolicyPermission]
    pagination_class = KeysetPagination
    filter_backends = [ListFilter]
    lookup_value_regex = "[0-9]{1,18}"
    schema = Schema()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.list_class is not None:
            cls.model = cls.list_class.model

    @property
    def queryset(self):
        return self.model._default_manager.none()  # for the schema; rows come from get_queryset

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        queryset = self.model.objects.visible_to(self.request.user)
        return queryset.select_related(*self.related) if self.related else queryset

    def filter_queryset(self, queryset):
        """Filters belong to listing: a detail address takes none."""
        if self.action == "list" and self.list_class is not None:
            return super().filter_queryset(queryset)
        return queryset


class ReadOnlyRecordViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, PolicyViewSet):
    """GET of a list and of one record."""


class RecordViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    PolicyViewSet,
):
    """All of it: GET, POST, PUT, PATCH, and DELETE into the trash. Override `perform_create` and `perform_update` with
    the actions that the pages call."""

    def perform_destroy(self, instance):
        if not hasattr(instance, "trash"):
            raise Conflict(_("This cannot be deleted."))
        instance.trash(by=self.request.user)
