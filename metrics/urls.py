from django.urls import path

from metrics.views import dashboard, kpis

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("kpis/", kpis.kpi_list, name="kpi_list"),
    path("kpis/<slug:slug>/", kpis.kpi_detail, name="kpi_detail"),
    path("goals/new/", dashboard.dashboard, name="goal_create"),
    path("goals/", dashboard.dashboard, name="goal_list"),
]
