from rest_framework import serializers

from crm import lists
from crm.api_base import ReadOnlyRecordViewSet
from crm.periods import Grain
from metrics.catalogue import KPIS
from metrics.models import Snapshot
from metrics.published import as_figure
from metrics.wording import DIMENSIONS


class SnapshotList(lists.List):
    """What was published, newest period first; earlier revisions are there with `is_current=no`."""

    model = Snapshot
    filters = [
        lists.Choice("kpi", [(slug, kpi.name) for slug, kpi in KPIS.items()]),
        lists.Choice("dimension", list(DIMENSIONS.items())),
        lists.Choice("grain", Grain.choices),
        lists.Choice("state", Snapshot.State.choices),
        lists.Dates("start"),
        lists.Bool("is_current"),
    ]
    sorts = {"start": ["-start"], "computed": ["-computed_at"]}
    default_sort = "start"


class SnapshotSerializer(serializers.ModelSerializer):
    value = serializers.SerializerMethodField()
    unit = serializers.SerializerMethodField()

    class Meta:
        model = Snapshot
        fields = [
            "id", "kpi", "version", "grain", "start", "end", "dimension", "member", "value", "unit", "numerator",
            "denominator", "state", "revision", "is_current", "computed_at",
        ]  # fmt: skip

    def get_value(self, snapshot) -> float | None:
        value = as_figure(snapshot).value
        return None if value is None else float(value)

    def get_unit(self, snapshot) -> str:
        return as_figure(snapshot).unit


class SnapshotViewSet(ReadOnlyRecordViewSet):
    list_class = SnapshotList
    serializer_class = SnapshotSerializer
