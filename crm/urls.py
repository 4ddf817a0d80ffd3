"""Where everything is mounted. Apps are named by dotted string, so that the floor imports none of them."""

from importlib.util import find_spec

from django.urls import include, path

from crm import api, health
from crm.views import apikeys, company, jobs, trash

handler400 = "crm.errors.bad_request"
handler403 = "crm.errors.forbidden"
handler404 = "crm.errors.not_found"
handler500 = "crm.errors.server_error"


def mounted(prefix, *modules):
    """Those modules' addresses; an app without pages has no such module."""
    return [path(prefix, include(module)) for module in modules if find_spec(module)]


urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v1/", include(api.urlpatterns)),
    path("jobs/", jobs.JobListView.as_view(), name="job_list"),
    path("jobs/<int:pk>/<str:verb>/", jobs.settle, name="job_settle"),
    path("trash/", trash.trash_list, name="trash_list"),
    path("trash/<str:label>/<int:pk>/restore/", trash.restore, name="trash_restore"),
    path("settings/company/", company.CompanyView.as_view(), name="company_settings"),
    path("settings/holidays/<int:pk>/delete/", company.holiday_delete, name="holiday_delete"),
    path("settings/keys/", apikeys.ApiKeysView.as_view(), name="apikey_list"),
    path("settings/keys/<int:pk>/revoke/", apikeys.revoke, name="apikey_revoke"),
    *mounted("auth/", "allauth.urls"),
    *mounted("", "crm.shell_urls", "leads.urls", "accounts.urls", "support.urls", "surveys.urls", "metrics.urls"),
]
