"""A list declaration at work in the API: the same filters, search, sorts and pages as on the noun's page."""

from django.utils.translation import gettext_lazy as _
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

from crm import filters as kinds
from crm import keyset


class ListFilter(BaseFilterBackend):
    """Narrows by the viewset's `list_class`; a parameter that it does not know is a 400."""

    def filter_queryset(self, request, queryset, view):
        listing = view.list_class(request.user, request.query_params, extra={"format"})
        listing.base = lambda: queryset  # the viewset's own, with its joins; it starts at visible_to as well
        view.listing = listing
        return listing.rows

    def get_schema_operation_parameters(self, view):
        list_class = getattr(view, "list_class", None)
        if list_class is None:
            return []
        found = [_parameter(name, part) for part in list_class.filters for name in part.parameters]
        if list_class.search:
            found.append(_plain("q", str(_("Words that the record contains."))))
        sorts = [key for name in list_class.sorts for key in (name, f"-{name}")]
        found.append(_plain("sort", str(_("The order; a minus turns it round.")), enum=sorts))
        if list_class.views:
            found.append(_plain("view", str(_("A preset of filters.")), enum=["all", *list_class.views]))
        return found


class KeysetPagination(BasePagination):
    """`{"next": address or null, "results": […]}`; follow `next` until it is null."""

    def paginate_queryset(self, queryset, request, view=None):
        self.request = request
        listing = getattr(view, "listing", None)
        if listing is not None:
            found = keyset.Keyset(queryset, listing.order, name=listing.name)
            after, size = listing.query.after, listing.query.size
        else:
            found = keyset.Keyset(queryset, getattr(view, "ordering", []), name="api")
            after = request.query_params.get("after", "")
            size = keyset.size_of(request.query_params.get("size", ""))
        self.page = found.page(after, size)
        return self.page.rows

    def get_paginated_response(self, data):
        return Response({"next": self.next_url(), "results": data})

    def next_url(self):
        if self.page.next is None:
            return None
        parameters = self.request.query_params.copy()
        parameters["after"] = self.page.next
        return self.request.build_absolute_uri(f"{self.request.path}?{parameters.urlencode()}")

    def get_paginated_response_schema(self, schema):
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": "string", "format": "uri", "nullable": True},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view):
        return [
            _plain("after", str(_("Where to go on; taken from `next`."))),
            _plain("size", str(_("How many records a page has, 200 at most.")), kind="integer"),
        ]


def _parameter(name, part):
    label = str(part.label)
    match part:
        case kinds.Choice():
            enum = [str(key) for key, _label in part.choices]
            return _plain(name, label, enum=enum) | {"explode": True}
        case kinds.Range():
            return _plain(name, label, kind="integer")
        case kinds.Custom():
            return _plain(name, label, enum=list(part.conditions))
        case kinds.Bool():
            return _plain(name, label, enum=["yes", "no"])
        case kinds.Dates() if name == part.name:
            return _plain(name, label, enum=list(kinds.PRESETS))
        case kinds.Dates():
            return _plain(name, label) | {"schema": {"type": "string", "format": "date"}}
    return _plain(name, label)


def _plain(name, description, kind="string", enum=None):
    schema = {"type": kind} | ({"enum": enum} if enum else {})
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
