"""Numbers over the API: the catalogue, a KPI by period and segment, and the records behind one of its parts."""

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from crm.apikeys import WithinScope
from crm.exceptions import Forbidden, Invalid
from crm.models import Company
from crm.periods import Grain, Period, period_of, periods_between
from metrics import engine, records
from metrics.kpi import KPI
from metrics.selection import day_from, segment_for, shown_members

MOST_PERIODS = 400
PERIOD = [
    OpenApiParameter("start", str, description="First local day, YYYY-MM-DD."),
    OpenApiParameter("end", str, description="The day after the last, YYYY-MM-DD."),
    OpenApiParameter("grain", str, enum=Grain.values, description="Without a grain the whole range is one period."),
    OpenApiParameter("variant", str),
    OpenApiParameter("team", str, description="Only this team (its id)."),
    OpenApiParameter("owner", str, description="Only this person (their id)."),
]
KNOWN = {parameter.name for parameter in PERIOD}


class KpiSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    group = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.CharField()
    question = serializers.CharField()
    formula = serializers.CharField()
    rollup = serializers.CharField()
    dimensions = serializers.ListField(child=serializers.CharField())
    parts = serializers.SerializerMethodField()
    variant_of = serializers.CharField()
    version = serializers.IntegerField()
    example = serializers.SerializerMethodField()
    bands = serializers.SerializerMethodField()

    def get_parts(self, kpi) -> list[str]:
        return list(kpi.parts)

    def get_example(self, kpi) -> str:
        return str(kpi.example.words) if kpi.example else ""

    def get_bands(self, kpi) -> list[dict]:
        return [
            {
                "label": str(band.label),
                "low": None if band.low is None else float(band.low),
                "high": None if band.high is None else float(band.high),
                "grain": band.grain,
                "currency": band.currency,
                "source": str(band.source),
            }
            for band in kpi.bands
        ]


class FigureSerializer(serializers.Serializer):
    """`value` is in display units (money in whole units, percent as a share of 1); the parts are integers."""

    start = serializers.DateField()
    end = serializers.DateField()
    dimension = serializers.CharField()
    member = serializers.CharField()
    label = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    numerator = serializers.IntegerField()
    denominator = serializers.IntegerField(allow_null=True)
    unit = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.CharField()


class MemberSerializer(serializers.Serializer):
    model = serializers.CharField()
    id = serializers.IntegerField()
    name = serializers.CharField()
    adds = serializers.IntegerField()


class KpiViewSet(viewsets.ViewSet):
    permission_classes = [IsAuthenticated, WithinScope]
    lookup_field = "slug"
    lookup_value_regex = "[a-z0-9_]{1,60}"
    serializer_class = KpiSerializer

    @extend_schema(responses=KpiSerializer(many=True))
    def list(self, request):
        """The catalogue: every number, defined once."""
        refuse_unknown(request, set())
        return Response({"next": None, "results": KpiSerializer(engine.catalogue(), many=True).data})

    @extend_schema(
        operation_id="kpis_retrieve",
        parameters=[*PERIOD, OpenApiParameter("by", str, description="Split by this dimension.")],
        responses=FigureSerializer(many=True),
    )
    def retrieve(self, request, slug=None):
        """The KPI per period, and per member where it is split."""
        refuse_unknown(request, KNOWN | {"by"})
        kpi = found(slug, request)
        periods, today = asked_periods(request.query_params)
        dimension, member = segment(request)
        by = request.query_params.get("by", "")
        if by:
            rows = split_rows(kpi, periods, by, dimension, member, today, request.user)
        else:
            figures = engine.series(kpi, periods, dimension=dimension, member=member, today=today)
            rows = [(period, dimension, member, figures[period.start]) for period in periods]
        names = engine.labels(by or dimension, {row[2] for row in rows}) if (by or dimension) else {}
        data = [as_data(*row, names) for row in rows]
        return Response(
            {"kpi": KpiSerializer(kpi).data, "next": None, "results": FigureSerializer(data, many=True).data}
        )

    @extend_schema(
        parameters=[*PERIOD, OpenApiParameter("part", str), OpenApiParameter("after", str)],
        responses=MemberSerializer(many=True),
    )
    @action(detail=True)
    def members(self, request, slug=None):
        """The records behind one part in one period; what they add sums up to `total`, within what you may see."""
        refuse_unknown(request, KNOWN | {"part", "after"})
        kpi = found(slug, request)
        periods, today = asked_periods(request.query_params)
        if len(periods) != 1:
            raise Invalid(_("Ask for the records of one period at a time."))
        dimension, member = segment(request)
        part = request.query_params.get("part") or next(iter(kpi.parts))
        seen, total, seen_total = engine.members_visible(
            kpi, part, periods[0], request.user, dimension=dimension, member=member, today=today
        )
        after = records.cursor(request.query_params.get("after", ""))
        rows = list(records.related(seen.filter(pk__gt=after).order_by("pk"))[:101])
        results = [
            {"model": row._meta.label_lower, "id": row.pk, "name": records.title(row), "adds": row.adds}
            for row in rows[:100]
        ]
        return Response(
            {
                "part": part,
                "total": total,
                "visible_total": seen_total,
                "next": next_page(request, rows[99].pk) if len(rows) > 100 else None,
                "results": MemberSerializer(results, many=True).data,
            }
        )


def found(slug, request) -> KPI:
    try:
        return engine.find(slug, request.query_params.get("variant", ""))
    except Invalid as error:
        if error.code == "unknown_kpi":
            raise Http404 from error
        raise


def refuse_unknown(request, known):
    for name in request.query_params:
        if name not in known | {"format"}:
            message = _("There is no parameter “%(name)s” here.") % {"name": name[:60]}
            raise Invalid(message, code="bad_query", fields={name: [message]})


def asked_periods(params):
    """(the periods asked for, today). Without dates, the period of the grain (a month, if unsaid) that is running."""
    company = Company.current()
    today = company.today()
    grain = params.get("grain", "")
    if grain and grain not in Grain.values:
        raise Invalid(
            _("There is no grain “%(grain)s”: use day, week, month, quarter or year.") % {"grain": grain[:20]}
        )
    if not params.get("start") and not params.get("end"):
        return [period_of(grain or Grain.MONTH, today, company)], today
    if not (params.get("start") and params.get("end")):
        raise Invalid(_("Give both start and end, or neither."))
    start, end = day_from(params["start"], today), day_from(params["end"], today)
    if start >= end:
        raise Invalid(_("The end has to be later than the start."))
    if not grain:
        return [Period(start, end)], today
    periods = periods_between(grain, start, end, company) if (end - start).days <= 366 * 50 else None
    if periods is None or len(periods) > MOST_PERIODS:
        raise Invalid(
            _("That is more than %(most)s periods: ask for a shorter range or a coarser grain.")
            % {"most": MOST_PERIODS}
        )
    return periods, today


def segment(request):
    params = request.query_params
    return segment_for(request.user, params.get("team", ""), params.get("owner", ""))


def split_rows(kpi, periods, by, dimension, member, today, user):
    """Rows of a split, within what the user may see; who sees only their own numbers gets their own row by owner."""
    if dimension and by != dimension:
        raise Forbidden(_("A segment can be split by itself only; leave out team and owner to split the company."))
    table = engine.split_series(kpi, periods, by, today=today)
    return [
        (period, by, name, figure)
        for period in periods
        for name, figure in sorted(shown_members(user, by, table[period.start]).items())
        if not dimension or name == member
    ]


def as_data(period, dimension, member, figure, names):
    return {
        "start": period.start,
        "end": period.end,
        "dimension": dimension,
        "member": member,
        "label": names.get(member, ""),
        "value": None if figure.value is None else float(figure.value),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "unit": figure.unit,
        "state": figure.state,
        "reason": str(figure.reason),
    }


def next_page(request, after):
    params = request.query_params.copy()
    params["after"] = after
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
