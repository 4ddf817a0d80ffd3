"""The API's composition: every app's `api` module registers its viewsets (`register(router)`), by dotted string."""

from importlib import import_module
from importlib.util import find_spec

from django.contrib.auth.mixins import LoginRequiredMixin
from django.urls import include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.throttling import UserRateThrottle

APPS = ("accounts.api", "leads.api", "support.api", "surveys.api", "metrics.api")


class RootView(APIRootView):
    """What there is: the address of every resource, of the schema and of its documentation."""

    permission_classes = [IsAuthenticated]

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        more = {"schema": reverse("api_schema", request=request), "docs": reverse("api_docs", request=request)}
        return Response(response.data | more)


class Router(DefaultRouter):
    include_format_suffixes = False
    APIRootView = RootView
    root_view_name = "api_root"


class SchemaView(SpectacularAPIView):
    permission_classes = [IsAuthenticated]
    throttle_classes = [UserRateThrottle]


class DocsView(LoginRequiredMixin, TemplateView):
    template_name = "crm/api_docs.html"


router = Router()
for name in APPS:
    if find_spec(name):
        import_module(name).register(router)

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", DocsView.as_view(), name="api_docs"),
    path("", include(router.urls)),
]
