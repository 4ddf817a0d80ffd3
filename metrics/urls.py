from django.urls import path

from accounts.views import pages
from metrics.models import Expense
from metrics.views import dashboard, expenses, goals, kpis

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("kpis/", kpis.kpi_list, name="kpi_list"),
    path("kpis/<slug:slug>/", kpis.kpi_detail, name="kpi_detail"),
    path("goals/", goals.goal_list, name="goal_list"),
    path("goals/new/", goals.goal_create, name="goal_create"),
    path("goals/<int:pk>/", goals.goal_detail, name="goal_detail"),
    path("goals/<int:pk>/edit/", goals.goal_edit, name="goal_edit"),
    path("goals/<int:pk>/trash/", goals.goal_trash, name="goal_trash"),
    path("expenses/", expenses.ExpenseListView.as_view(), name="expense_list"),
    path("expenses/new/", expenses.ExpenseCreateView.as_view(), name="expense_create"),
    path("expenses/<int:pk>/", expenses.ExpenseDetailView.as_view(), name="expense_detail"),
    path("expenses/<int:pk>/edit/", expenses.ExpenseEditView.as_view(), name="expense_edit"),
    path("expenses/<int:pk>/trash/", pages.trash, {"model": Expense}, name="expense_trash"),
    path("expenses/<int:pk>/restore/", pages.restore, {"model": Expense}, name="expense_restore"),
]
