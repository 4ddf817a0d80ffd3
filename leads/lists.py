"""What can be asked of the nouns of selling: columns, filters, sorts, tabs and bulk actions of their lists."""

import datetime as dt

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.countries import CountryFilter
from accounts.models import Account, Product, Team, User
from crm import lists
from crm.models.company import Company
from leads import bulk, cells
from leads.models import Activity, Campaign, Deal, Lead, Pipeline, Source, Stage, Task

LEAD_TONES = {
    Lead.Stage.NEW: "accent ring",
    Lead.Stage.WORKING: "accent",
    Lead.Stage.QUALIFIED: "good",
    Lead.Stage.CONVERTED: "good",
    Lead.Stage.DISQUALIFIED: "",
}
DEAL_TONES = {Deal.Status.OPEN: "accent", Deal.Status.WON: "good", Deal.Status.LOST: "bad"}
OPEN = [str(stage) for stage in Lead.OPEN]


def open_tasks(user):
    """The next step of every row, in one query: the first of `record.open_tasks`."""
    tasks = Task.objects.visible_to(user).open().order_by("due_on", "due_time", "pk")
    return Prefetch("task_set", queryset=tasks, to_attr="open_tasks")


def steps(field, **narrowed):
    """Whether a record has an open task; `due_on` narrows it by the company's day."""

    def q_for(user):
        today = Company.current().today()
        due = {f"due_on__{how}": today for how in narrowed.get("due", ())}
        return Q(Exists(Task.objects.alive().open().filter(**{field: OuterRef("pk")}, **due)))

    return q_for


def no_steps(field):
    return lambda user: ~steps(field)(user)


def waits_too_long(user):
    limit = timezone.now() - dt.timedelta(hours=Company.current().lead_response_hours)
    return Q(first_contact_at=None, stage__in=Lead.OPEN, created_at__lt=limit)


class LeadList(lists.List):
    model = Lead
    search = True
    columns = [
        lists.Column("name", kind="name", sub=cells.company),
        lists.Column(
            "stage", _("Status"), kind="pill", tone=lambda lead: LEAD_TONES[lead.stage], edit="move", phone="end"
        ),
        lists.Column("score", kind="number", phone="end"),
        lists.Column("source", phone="note"),
        lists.Column("owner", kind="person", edit="assign"),
        cells.RightColumn(
            "first_answer", _("First answer"), value=cells.answer, export="first_contact_at", phone="end"
        ),
        lists.Column("next_step", _("Next step"), value=cells.step, is_exported=False, phone="note"),
        lists.Column("value", _("Worth"), kind="money", currency="currency"),
        lists.Column("created", _("Created"), kind="day", value="created_on"),
    ]
    exported = [lists.Column(name) for name in ("company_name", "title", "email", "phone", "country", "comments")]
    filters = [
        lists.Choice("stage", Lead.Stage.choices, label=_("status")),
        lists.Range("score"),
        lists.Ref("source", Source),
        lists.Ref("campaign", Campaign),
        lists.Ref("owner", User),
        lists.Ref("team", Team),
        CountryFilter("country"),
        lists.Ref("product", Product),
        lists.Dates("created_on", label=_("created")),
        lists.Custom(
            "answer",
            {
                "waiting": (_("still waiting"), Q(first_contact_at=None, stage__in=Lead.OPEN)),
                "late": (_("waiting too long"), waits_too_long),
                "given": (_("given"), Q(first_contact_at__isnull=False)),
            },
            label=_("first answer"),
        ),
        lists.Custom(
            "follow_up",
            {
                "none": (_("no next step"), no_steps("lead")),
                "planned": (_("planned"), steps("lead")),
                "today": (_("today"), steps("lead", due=["exact"])),
                "overdue": (_("overdue"), steps("lead", due=["lt"])),
            },
            label=_("follow-up"),
        ),
    ]
    sorts = {
        "created": ["-created_at"],
        "score": ["-score"],
        "name": ["name"],
        "value": ["-value"],
        "follow_up": ["next_follow_up_at"],
    }
    default_sort = "created"
    views = {
        "open": lists.View(_("All open"), {"stage": OPEN}),
        "mine": lists.View(_("Mine"), {"stage": OPEN, "owner": "me"}),
        "unanswered": lists.View(_("Unanswered"), {"answer": "waiting"}),
        "hot": lists.View(_("Score 80 and up"), {"stage": OPEN, "score_min": 80}),
        "no_step": lists.View(_("No next step"), {"stage": OPEN, "follow_up": "none"}),
        "all": lists.View(_("All"), {}),
    }
    default_view = "open"
    related = ("source", "owner")
    actions = bulk.LEADS
    create_url = "lead_create"
    create_label = _("New lead")
    blank_title = _("No leads yet")
    blank_text = _("Add the first one, bring your list, or let the web form fill it.")

    def base(self):
        return super().base().prefetch_related(open_tasks(self.user))


class DealList(lists.List):
    model = Deal
    search = True
    columns = [
        lists.Column("name", kind="name", sub=cells.account),
        lists.Column("stage", value="stage.name", edit="move", phone="note"),
        lists.Column("status", kind="pill", tone=lambda deal: DEAL_TONES[deal.status], phone="end"),
        lists.Column("value", kind="money", currency="currency", phone="end"),
        lists.Column("owner", kind="person", edit="assign"),
        lists.Column("next_step", _("Next step"), value=cells.step, is_exported=False, phone="note"),
        lists.Column("expected", _("Expected"), kind="day", value="expected_close_on"),
        lists.Column("created", _("Created"), kind="day", value="created_on"),
    ]
    filters = [
        lists.Choice("status", Deal.Status.choices),
        lists.Ref("stage", Stage),
        lists.Ref("pipeline", Pipeline, label=_("pipeline"), column="stage__pipeline"),
        lists.Ref("owner", User),
        lists.Ref("team", Team),
        lists.Ref("account", Account),
        lists.Ref("source", Source),
        lists.Ref("product", Product),
        lists.Range("value", scale=100),
        lists.Dates("expected_close_on", label=_("closes")),
        lists.Dates("created_on", label=_("created")),
        lists.Dates("closed_on", label=_("closed")),
        lists.Custom(
            "next_step",
            {
                "none": (_("none"), no_steps("deal")),
                "overdue": (_("overdue"), steps("deal", due=["lt"])),
                "planned": (_("planned"), steps("deal")),
            },
            label=_("next step"),
        ),
    ]
    sorts = {
        "created": ["-created_at"],
        "value": ["-value"],
        "expected": ["expected_close_on"],
        "name": ["name"],
        "stage_age": ["stage_since"],
    }
    default_sort = "created"
    views = {
        "open": lists.View(_("All open"), {"status": "open"}),
        "mine": lists.View(_("Mine"), {"status": "open", "owner": "me"}),
        "closing": lists.View(
            _("Closing this month"), {"status": "open", "expected_close_on": "this_month", "sort": "expected"}
        ),
        "no_step": lists.View(_("No next step"), {"status": "open", "next_step": "none"}),
        "won": lists.View(_("Won"), {"status": "won"}),
        "lost": lists.View(_("Lost"), {"status": "lost"}),
    }
    default_view = "open"
    related = ("account", "stage", "owner")
    actions = bulk.DEALS
    create_url = "deal_create"
    create_label = _("New deal")
    blank_title = _("No deals here")
    blank_text = _("A deal begins with a lead that was converted, or with an account.")

    def base(self):
        return super().base().prefetch_related(open_tasks(self.user))


def due(how):
    return lambda user: Q(done_at=None, **{f"due_on{how}": Company.current().today()})


class TaskList(lists.List):
    model = Task
    search = True
    columns = [
        lists.Column("title", kind="name"),
        lists.Column("kind", value=lambda task: task.get_kind_display()),
        lists.Column(
            "about",
            _("About"),
            value=cells.about,
            phone="note",
            export=lambda task: str(task.about or ""),
        ),
        cells.RightColumn("due", _("Due"), value=cells.due, export="due_on", phone="end"),
        lists.Column("owner", kind="person", edit="assign"),
    ]
    filters = [
        lists.Custom(
            "due",
            {
                "open": (_("open"), Q(done_at=None)),
                "overdue": (_("overdue"), due("__lt")),
                "today": (_("today"), due("")),
                "upcoming": (_("upcoming"), due("__gt")),
                "done": (_("done"), Q(done_at__isnull=False)),
            },
            label=_("due"),
        ),
        lists.Choice("kind", Task.Kind.choices),
        lists.Ref("owner", User),
        lists.Ref("team", Team),
        lists.Dates("due_on", label=_("due day")),
    ]
    sorts = {"due": ["due_on"], "done": ["-done_at"], "title": ["title"], "created": ["-created_at"]}
    default_sort = "due"
    views = {
        "mine": lists.View(_("My open tasks"), {"due": "open", "owner": "me"}),
        "overdue": lists.View(_("Overdue"), {"due": "overdue"}),
        "today": lists.View(_("Today"), {"due": "today"}),
        "upcoming": lists.View(_("Upcoming"), {"due": "upcoming"}),
        "done": lists.View(_("Done"), {"due": "done", "sort": "done"}),
    }
    default_view = "mine"
    related = ("owner", "account", "lead", "deal__account")
    actions = bulk.TASKS
    create_url = "task_create"
    create_label = _("New task")
    blank_title = _("Nothing to do here")
    blank_text = _("Tasks are the next steps of your leads and deals. Plan one, and nothing goes quiet unnoticed.")


class ActivityList(lists.List):
    model = Activity
    name = "activities"
    columns = [
        lists.Column("subject", _("What"), value=cells.activity, export=str),
        lists.Column("kind", value=lambda activity: activity.get_kind_display()),
        lists.Column(
            "about",
            _("About"),
            value=cells.about,
            phone="note",
            export=lambda one: str(one.about or ""),
        ),
        lists.Column("by", _("By"), kind="person"),
        lists.Column("minutes", kind="number"),
        lists.Column("at", kind="moment", phone="end"),
    ]
    filters = [
        lists.Choice("kind", Activity.Kind.choices),
        lists.Ref("by", User, label=_("by")),
        lists.Dates("on", label=_("day")),
    ]
    sorts = {"at": ["-at"]}
    views = {
        "all": lists.View(_("All"), {}),
        "mine": lists.View(_("Mine"), {"by": "me"}),
        "calls": lists.View(_("Calls"), {"kind": "call"}),
        "meetings": lists.View(_("Meetings"), {"kind": "meeting"}),
    }
    related = ("by", "account", "lead", "deal__account")
    create_url = "activity_create"
    create_label = _("Log an activity")
    blank_title = _("Nothing logged yet")
    blank_text = _("Calls, mails, meetings and notes are written down on the page of a lead or deal.")


class SourceList(lists.List):
    model = Source
    columns = [
        lists.Column("name", kind="name"),
        lists.Column("key"),
        lists.Column("is_marketing", kind="bool"),
        lists.Column("is_active", kind="bool"),
    ]
    filters = [lists.Bool("is_marketing"), lists.Bool("is_active")]
    sorts = {"name": ["name"]}
    create_url = "source_create"
    create_label = _("New source")
    blank_title = _("No sources yet")
    blank_text = _("Name where leads come from: website, referral, trade fair. Every number can then be split by it.")


class CampaignList(lists.List):
    model = Campaign
    columns = [
        lists.Column("name", kind="name"),
        lists.Column("source", phone="note"),
        lists.Column("starts_on", kind="day"),
        lists.Column("ends_on", kind="day"),
        lists.Column("budget", kind="money", phone="end"),
    ]
    filters = [lists.Ref("source", Source), lists.Dates("starts_on")]
    sorts = {"name": ["name"], "starts_on": ["-starts_on"]}
    related = ("source",)
    create_url = "campaign_create"
    create_label = _("New campaign")
    blank_title = _("No campaigns yet")
    blank_text = _("A campaign gathers the leads of one webinar, fair or mailing, and its budget.")
