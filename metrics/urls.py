from django.urls import path

from metrics.views import dashboard, goals, kpis

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("kpis/", kpis.kpi_list, name="kpi_list"),
    path("kpis/<slug:slug>/", kpis.kpi_detail, name="kpi_detail"),
    path("goals/", goals.goal_list, name="goal_list"),
    path("goals/new/", goals.goal_create, name="goal_create"),
    path("goals/<int:pk>/", goals.goal_detail, name="goal_detail"),
    path("goals/<int:pk>/edit/", goals.goal_edit, name="goal_edit"),
    path("goals/<int:pk>/trash/", goals.goal_trash, name="goal_trash"),
]
