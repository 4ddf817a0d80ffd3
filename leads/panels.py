"""What selling hangs into the shell: pages, palette, blocks on accounts and contacts, timeline texts, Today."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from crm import policy, registry
from leads import account_page, search, timeline, today
from leads.composer import about_of, compose
from leads.models import Activity, Deal, Lead, Task

SELLING = ("rep", "manager", "admin")
MOST = 6


def open_deals(record, user):
    """Always there for those who may open one: the way to a new deal about this account or person."""
    deals = Deal.objects.visible_to(user).open().filter(**of(record)).select_related("stage").order_by("-value", "pk")
    rows = list(deals[: MOST + 1])
    add_url = f"{reverse('deal_create')}?{urlencode(about_of(record))}" if policy.may_create(user, Deal) else ""
    return {"deals": rows[:MOST], "has_more": len(rows) > MOST, "add_url": add_url} if rows or add_url else None


def leads_of(record, user):
    rows = list(Lead.objects.visible_to(user).filter(**of(record)).order_by("-created_at", "-pk")[:MOST])
    return {"leads": rows} if rows else None


def tasks_of(record, user):
    rows = list(
        Task.objects.visible_to(user)
        .open()
        .filter(**of(record))
        .select_related("owner")
        .order_by("due_on", "due_time", "pk")[:MOST]
    )
    return {"tasks": rows} if rows else None


def next_step(record, user):
    """The first open task about an account or contact, above everything else on its page."""
    tasks = Task.objects.visible_to(user).open().filter(**of(record)).select_related("owner", "contact")
    first = tasks.order_by("due_on", "due_time", "pk").first()
    return {"next": first, "may_change": policy.may(user, policy.WRITE, first)} if first else None


def write_down(record, user):
    return {"composer_form": compose(record, user, is_guest=True)} if policy.may_create(user, Activity) else None


def of(record):
    return {record._meta.model_name: record.pk}


registry.nav("today", gettext_lazy("Today"), "today", icon="today", order=10, phone=True, letter="t")
registry.nav("leads", gettext_lazy("Leads"), "lead_list", icon="leads", order=20, roles=SELLING, phone=True, letter="l")
registry.nav(
    "deals", gettext_lazy("Deals"), "deal_board", icon="deals", order=50, roles=SELLING, phone=True, letter="d"
)
registry.nav("tasks", gettext_lazy("Tasks"), "task_list", icon="tasks", order=60, letter="w")
SETUP = {"section": registry.SETUP, "roles": SELLING}
registry.nav("activities", gettext_lazy("Activities"), "activity_list", icon="call", order=40, letter="y", **SETUP)
registry.nav("sources", gettext_lazy("Sources"), "source_list", icon="sources", order=50, letter="o", **SETUP)
registry.nav("campaigns", gettext_lazy("Campaigns"), "campaign_list", icon="campaigns", order=60, letter="m", **SETUP)
registry.nav("pipelines", gettext_lazy("Pipelines"), "pipeline_list", icon="pipelines", order=70, letter="i", **SETUP)
registry.nav(
    "score_rules", gettext_lazy("Score rules"), "score_rule_list", icon="scoring", order=80, letter="r", **SETUP
)

registry.create(gettext_lazy("New lead"), "lead_create", key="l", icon="leads", order=10, roles=SELLING)
registry.create(gettext_lazy("New deal"), "deal_create", key="d", icon="deals", order=20, roles=SELLING)
registry.create(gettext_lazy("New task"), "task_create", key="t", icon="tasks", order=30)
registry.create(gettext_lazy("Log an activity"), "activity_create", key="a", icon="call", order=40, roles=SELLING)

registry.search("leads.Lead", search.leads, order=10, roles=SELLING)
registry.search("leads.Deal", search.deals, order=20, roles=SELLING)
registry.search("leads.Task", search.tasks, order=60)

for model in ("accounts.Account", "accounts.Contact"):
    registry.panel(model, "next_step", next_step, template="leads/_panel_next_step.html", order=10, side=False)
    registry.panel(model, "composer", write_down, template="leads/_panel_composer.html", order=20, side=False)
    registry.panel(
        model,
        "deals",
        open_deals,
        template="leads/_panel_deals.html",
        title=gettext_lazy("Open deals"),
        order=40,
        roles=SELLING,
    )
    registry.panel(model, "tasks", tasks_of, template="leads/_panel_tasks.html", title=gettext_lazy("Tasks"), order=50)
    registry.panel(
        model,
        "leads",
        leads_of,
        template="leads/_panel_leads.html",
        title=gettext_lazy("Leads"),
        order=60,
        roles=SELLING,
    )

ON_ACCOUNTS = {"model": "accounts.Account", "side": False}
registry.panel(key="next_step", loader=account_page.next_step, template="leads/_next_step.html", **ON_ACCOUNTS)
registry.panel(key="composer", loader=account_page.composer, template="leads/_account_composer.html", **ON_ACCOUNTS)

registry.today("new_leads", today.new_leads, "leads/_today_new_leads.html", order=10, roles=SELLING)
registry.today("overdue", today.overdue, "leads/_today_overdue.html", order=20)
registry.today("due_today", today.due_today, "leads/_today_due.html", order=30)
registry.today("no_next_step", today.no_next_step, "leads/_today_no_step.html", order=40, roles=SELLING)
registry.today("away", today.notifications, "leads/_today_away.html", order=90, side=True)

timeline.register()
