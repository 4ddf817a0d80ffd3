"""Fields and verbs that the API's serializers share."""

import re

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response


class VisibleField(serializers.PrimaryKeyRelatedField):
    """A reference by id, chosen among what the user may see; anything else does not exist for them."""

    def __init__(self, model, choices_of=None, **kwargs):
        self.model, self.choices_of = model, choices_of
        kwargs.setdefault("queryset", model.objects.none())  # for the schema; rows come from get_queryset
        super().__init__(**kwargs)

    def get_queryset(self):
        request = self.context.get("request")
        if request is None:
            return self.model.objects.none()
        return self.choices_of(request.user) if self.choices_of else self.model.objects.visible_to(request.user)


class MinorUnits(serializers.IntegerField):
    """An amount in the currency's minor units: 120000 is €1,200. What is written with a point is refused, so that
    nobody's 1200.00 becomes €12."""

    re_decimal = re.compile("(?!)")  # the base class would cut ".00" off

    def __init__(self, **kwargs):
        super().__init__(**({"min_value": 0, "max_value": 10**15} | kwargs))


class NoBody(serializers.Serializer):
    """A verb that needs nothing but its address."""


def verb(body=NoBody, status=200):
    """`POST …/{id}/{verb}/`: reads `body`, finds the record (404, 403), runs the action, answers with the record.

    The decorated method takes (self, record, data) and returns the record to show, or None for the one it was given.
    """

    def decorate(method):
        def run(self, request, pk=None):
            record = self.get_object()
            form = body(data=request.data, context=self.get_serializer_context())
            form.is_valid(raise_exception=True)
            shown = method(self, record, form.validated_data) or record
            return Response(self.get_serializer(self.get_queryset().get(pk=shown.pk)).data, status=status)

        run.__name__, run.__doc__ = method.__name__, method.__doc__
        path = method.__name__.replace("_", "-")
        return extend_schema(request=body)(action(detail=True, methods=["post"], url_path=path)(run))

    return decorate
