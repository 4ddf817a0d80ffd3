from metrics.api.kpis import KpiViewSet
from metrics.api.snapshots import SnapshotViewSet


def register(router):
    router.register("kpis", KpiViewSet, basename="api-kpi")
    router.register("snapshots", SnapshotViewSet, basename="api-snapshot")
