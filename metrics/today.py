"""What Today shows of the numbers: one's own quarter, and the goals that need help."""

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.periods import Grain
from metrics import engine, goal_rows, tiles
from metrics.models import Goal
from metrics.selection import Selection, segment_for, select

OWN = ("revenue_won", "deals_won", "lead_conversion_rate")
COMPANY = ("mrr", "customer_churn_rate", "win_rate")


def your_quarter(user):
    """Three numbers of the running quarter: one's own for reps, the company's for managers."""
    if not user.has_role("rep", "manager", "admin"):
        return None
    company = select({}, user, grain=Grain.QUARTER)
    is_rep = user.has_role("rep")
    dimension, member = ("owner", str(user.pk)) if is_rep else segment_for(user, "", "")
    selection = Selection(company.period, company.today, company.company, dimension, member)
    rows = []
    goals = goal_rows.by_kpi(goal_rows.current(user, selection), selection.period)
    for slug in OWN if is_rep else COMPANY:
        kpi = engine.find(slug)
        both = engine.comparison(kpi, selection.period, today=selection.today, **selection.segment)
        rows.append(
            {
                "name": kpi.name,
                "url": tiles.kpi_url(kpi, selection),
                "value": both.now.value,
                "unit": kpi.unit,
                "change": both.change,
                "direction": tiles.direction(kpi),
                "goal": goals.get(slug),
                "reason": both.now.reason,
            }
        )
    return {"rows": rows, "currency": selection.company.currency, "url": reverse("dashboard")}


def goals_off_pace(user):
    """Goals that are at risk or off track; None where all are well."""
    behind = (Goal.State.AT_RISK, Goal.State.OFF_TRACK)
    rows = [row for row in goal_rows.running(user) if row["key"] in behind][:5]
    return {"rows": rows} if rows else None


def goal_state_text(event):
    state = event.data.get("to") or event.data.get("state") or ""
    return _("Goal is now: %(state)s") % {"state": dict(Goal.State.choices).get(state, state)}
