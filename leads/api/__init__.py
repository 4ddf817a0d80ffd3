from leads.api.deals import DealViewSet, StageViewSet
from leads.api.leads import LeadViewSet, SourceViewSet


def register(router):
    router.register("leads", LeadViewSet, basename="api-lead")
    router.register("sources", SourceViewSet, basename="api-source")
    router.register("deals", DealViewSet, basename="api-deal")
    router.register("stages", StageViewSet, basename="api-stage")
