from metrics.api.goals import GoalViewSet
from metrics.api.kpis import KpiViewSet
from metrics.api.snapshots import SnapshotViewSet


def register(router):
    router.register("kpis", KpiViewSet, basename="api-kpi")
    router.register("goals", GoalViewSet, basename="api-goal")
    router.register("snapshots", SnapshotViewSet, basename="api-snapshot")
