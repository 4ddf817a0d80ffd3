"""The catalogue: every KPI, declared in the modules of this package, in this order. See docs/add-a-kpi.md."""

from metrics.catalogue import customers, revenue, sales
from metrics.kpi import KPI

MODULES = (revenue, customers, sales)

KPIS: dict[str, KPI] = {}
for module in MODULES:
    for declared in vars(module).values():
        if isinstance(declared, KPI):
            KPIS.setdefault(declared.slug, declared)
