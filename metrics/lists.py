"""What can be asked of goals and expenses."""

from django.utils.translation import gettext_lazy as _

from crm import lists
from metrics.catalogue import KPIS
from metrics.models import Goal


class GoalList(lists.List):
    model = Goal
    filters = [
        lists.Choice("kpi", [(slug, kpi.name) for slug, kpi in KPIS.items()], label=_("KPI")),
        lists.Choice("state", Goal.State.choices),
        lists.Dates("starts_on"),
        lists.Dates("ends_on"),
    ]
    sorts = {"ends": ["ends_on"], "newest": ["-created_at"]}
    default_sort = "ends"
    related = ("owner", "team")
