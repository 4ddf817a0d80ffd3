"""Numbers in the palette: a KPI is found by its name, with its last published value beside it."""

from crm import formats, registry
from crm.exceptions import Forbidden
from crm.periods import Grain
from metrics import engine, tiles
from metrics.selection import select


def kpis(query, user, limit):
    words = query.casefold().split()
    found = [kpi for kpi in engine.catalogue() if all(word in f"{kpi.slug} {kpi.name}".casefold() for word in words)]
    if not words or not found:
        return []
    try:
        selection = select({}, user, grain=Grain.MONTH)
    except Forbidden:
        return []
    found = [kpi for kpi in found if not selection.dimension or selection.dimension in kpi.dimensions][:limit]
    past, _periods = tiles.history([kpi.slug for kpi in found], selection)
    return [
        registry.Hit(
            str(kpi.name), tiles.kpi_url(kpi, selection), str(kpi.question), "kpis", fact=latest(kpi, past, selection)
        )
        for kpi in found
    ]


def latest(kpi, past, selection):
    points = [point for point in past[kpi.slug] if point and point.value is not None]
    return formats.value(points[-1].value, kpi.unit, selection.company.currency) if points else ""
