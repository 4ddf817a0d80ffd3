"""The API's composition: every app's `api` module registers its viewsets (`register(router)`), by dotted string."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import include, path

from crm.api_root import DocsView, Router, SchemaView

APPS = ("accounts.api", "leads.api", "support.api", "surveys.api", "metrics.api")

router = Router()
for name in APPS:
    if find_spec(name):
        import_module(name).register(router)

urlpatterns: list = [
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", DocsView.as_view(), name="api_docs"),
    path("", include(router.urls)),
]
