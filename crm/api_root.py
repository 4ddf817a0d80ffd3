"""The API's own pages: what there is, the schema, its documentation."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import APIRootView, DefaultRouter


class RootView(APIRootView):
    """The address of every resource, of the schema and of its documentation."""

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


class DocsView(LoginRequiredMixin, TemplateView):
    template_name = "crm/api_docs.html"
