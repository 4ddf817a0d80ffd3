"""What the numbers hang into the shell: navigation, search ("mrr" answers while typing), Today."""

from django.utils.translation import gettext_lazy as _

from crm import registry
from metrics import search, today

registry.nav("kpis", _("KPIs"), "dashboard", icon="kpis", section=registry.NUMBERS, order=10, phone=True, letter="k")
registry.nav("goals", _("Goals"), "goal_list", icon="goals", section=registry.NUMBERS, order=20, letter="g")
MANAGERS = ("manager", "admin")
registry.nav(
    "expenses",
    _("Expenses"),
    "expense_list",
    icon="expenses",
    section=registry.NUMBERS,
    order=30,
    roles=MANAGERS,
    letter="e",
)
registry.create(_("New expense"), "expense_create", key="e", icon="expenses", order=90, roles=MANAGERS)
registry.create(_("New goal"), "goal_create", key="g", icon="goals")
registry.search("metrics.KPI", search.kpis, group="numbers", order=10)
registry.today("your_quarter", today.your_quarter, "metrics/_today_quarter.html", order=10, side=True)
registry.today("goals_off_pace", today.goals_off_pace, "metrics/_today_goals.html", order=30, side=True)
registry.timeline("goal.added", icon="goals", text=_("Goal set"))
registry.timeline("goal.edited", icon="edit", text=_("Goal changed"))
registry.timeline("goal.state_changed", icon="goals", text=today.goal_state_text)
registry.timeline("expense.added", icon="expenses", text=_("Expense added"), group="money")
registry.timeline("expense.edited", icon="edit", text=_("Expense changed"), group="money")
registry.timeline("expense.trashed", icon="trash", text=_("Moved to the trash"))
registry.timeline("expense.restored", icon="undo", text=_("Brought back from the trash"))
