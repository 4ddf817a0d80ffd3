"""What was published: figures from the snapshots, many KPIs in one query."""

from collections import defaultdict

from crm.models import Company
from metrics.engine import find
from metrics.kpi import Figure
from metrics.models import Snapshot


def history(kpis, grain, start, end, *, dimension="", member="", as_of=None) -> dict:
    """`{slug: {start: Figure}}` of the periods that begin in `[start, end)`. Figures carry `state`, `revision` and
    `computed_at`; periods without a snapshot are simply absent. `as_of` (a moment) gives what stood there then."""
    found = defaultdict(dict)
    wanted = {"dimension": dimension, "member": member, "start__gte": start, "start__lt": end}
    asked = _asked(kpis)
    for row in _rows(asked, grain, as_of, **wanted):
        for slug in asked[row.kpi]:
            found[slug][row.start] = as_figure(row)
    return found


def history_by(kpis, grain, start, end, dimension) -> dict:
    """`{slug: {start: {member: Figure}}}`, the same for every member of a dimension."""
    found = defaultdict(lambda: defaultdict(dict))
    asked = _asked(kpis)
    for row in _rows(asked, grain, None, dimension=dimension, start__gte=start, start__lt=end):
        for slug in asked[row.kpi]:
            found[slug][row.start][row.member] = as_figure(row)
    return found


def _asked(kpis):
    """`{slug of the snapshots: slugs asked for}`: the slug of a KPI with variants stands for the company's headline."""
    asked = defaultdict(list)
    for kpi in kpis:
        asked[find(kpi).slug].append(kpi if isinstance(kpi, str) else kpi.slug)
    return asked


def _rows(kpis, grain, as_of, **wanted):
    rows = Snapshot.objects.filter(kpi__in=list(kpis), grain=grain, **wanted)
    if as_of is None:
        return rows.current()
    return rows.filter(computed_at__lte=as_of).order_by("revision")  # a later revision replaces an earlier one


def as_figure(row) -> Figure:
    kpi = find_exact(row.kpi)
    remark = kpi.over.none if row.denominator == 0 and kpi.over else ""
    return Figure(
        row.numerator,
        row.denominator,
        row.state,
        remark,
        kpi.unit,
        kpi.scale(Company.current().currency),
        row.revision,
        row.computed_at,
        row.version,
    )


def find_exact(slug):
    """The declaration a snapshot is of, whatever the company's headline variant."""
    from metrics.catalogue import KPIS

    return KPIS[slug]
