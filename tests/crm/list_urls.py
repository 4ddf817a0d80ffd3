"""Addresses for the tests of the floor: its own pages, and one list over accounts."""

from django.db import OperationalError, transaction
from django.urls import include, path
from rest_framework import serializers

from accounts.models import Account, User
from crm import events, lists
from crm.api_base import RecordViewSet
from crm.api_root import DocsView, Router, SchemaView
from crm.exceptions import Conflict, Forbidden, Invalid
from crm.views import jobs, trash
from crm.views.lists import ListView

handler400 = "crm.errors.bad_request"
handler403 = "crm.errors.forbidden"
handler404 = "crm.errors.not_found"
handler500 = "crm.errors.server_error"


def assign(records, value, by):
    for record in records:
        record.owner_id = value
        record.save(update_fields=["owner"])
        events.record("account.assigned", record, by=by)
    return f"{len(records)} assigned"


def put_into_trash(records, value, by):
    for record in records:
        record.trash(by=by)
    return "gone", "/undo/"


class ProbeList(lists.List):
    model = Account
    name = "probes"
    search = True
    columns = [
        lists.Column("name", kind="name", sub="city"),
        lists.Column("status", kind="pill", phone="end"),
        lists.Column("owner", kind="person", edit="assign"),
        lists.Column("employees", kind="number"),
        lists.Column("mrr", kind="mrr"),
        lists.Column("created_on", kind="day", sort="created"),
    ]
    filters = [
        lists.Choice("status", Account.Status.choices),
        lists.Ref("owner", User),
        lists.Range("employees"),
        lists.Dates("created_on", "created"),
        lists.IsNull("has_parent", "parent", column="parent"),
    ]
    sorts = {"created": ["-created_at"], "name": ["name"], "employees": ["-employees"]}
    views = {"prospects": lists.View("Prospects", {"status": "prospect"}), "mine": {"owner": "me"}}
    default_view = "prospects"
    related = ("owner",)
    actions = [
        lists.Action("assign", "Assign", assign, options=lambda user: User.objects.values_list("pk", "name")),
        lists.Action("trash", "Delete", put_into_trash),
    ]


class ProbeView(ListView):
    list_class = ProbeList


def breaks(request):
    kind = request.GET["kind"]
    with transaction.atomic():
        raise {
            "conflict": Conflict("Somebody was faster."),
            "forbidden": Forbidden("Not you."),
            "invalid": Invalid("Broken.", fields={"name": ["Too long."]}),
            "database": OperationalError("disk full"),
        }[kind]


class ProbeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Account
        fields = ["id", "name", "owner", "status"]
        read_only_fields = ["owner", "status"]


class ProbeViewSet(RecordViewSet):
    list_class = ProbeList
    serializer_class = ProbeSerializer

    def perform_create(self, serializer):
        if serializer.validated_data["name"] == "taken":
            raise Conflict("This name is taken.")
        if serializer.validated_data["name"] == "breaks":
            raise OperationalError("disk full")
        serializer.save(owner=self.request.user, created_on="2026-11-01")


router = Router()
router.register("probes", ProbeViewSet, basename="probe")

urlpatterns = [
    path("api/v1/", include(router.urls)),
    path("api/v1/schema/", SchemaView.as_view(), name="api_schema"),
    path("api/v1/docs/", DocsView.as_view(), name="api_docs"),
    path("settings/keys/", breaks, name="apikey_list"),
    path("", ProbeView.as_view(), name="today"),
    path("probes/", ProbeView.as_view(), name="probe_list"),
    path("breaks/", breaks),
    path("api/breaks/", breaks),
    path("jobs/", jobs.JobListView.as_view(), name="job_list"),
    path("trash/", trash.trash_list, name="trash_list"),
    path("trash/<str:label>/<int:pk>/restore/", trash.restore, name="trash_restore"),
    path("accounts/<int:pk>/", breaks, name="account_detail"),
    path("auth/", include("allauth.urls")),
    path("", include("crm.shell_urls")),
]
