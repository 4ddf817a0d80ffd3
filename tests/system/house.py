"""A furnished house: one record of every noun, all of one team, and somebody in every role to knock at its doors.

The records belong to the team South. `rep` and `agent` are of another team; `teammate` is a rep of South who owns none
of them; `manager` leads South; `stranger` owns everything. So each column of tests/roles.csv is one kind of reader.
"""

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.apps import apps
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts.actions import users
from crm import apikeys, events
from crm.models import Company, Holiday, Job, Notification, SavedView
from leads.actions import pipelines
from metrics.actions import expenses, goals, snapshots
from metrics.models import Expense, Snapshot
from tests.factories import (
    AccountFactory,
    ActivityFactory,
    CampaignFactory,
    ContactFactory,
    DealFactory,
    LeadFactory,
    OrderFactory,
    ProductFactory,
    ScoreRuleFactory,
    SourceFactory,
    SubscriptionFactory,
    TaskFactory,
    TeamFactory,
    UserFactory,
)

ROLES = ("anonymous", "rep", "teammate", "agent", "manager", "admin")
# Written by being looked at or by signing in, and nobody's business: the trace a reader leaves.
# The first look at its address page lets the sign-in library note the user's own address.
TRACES = {"django_session", "django_cache", "tallyard_cache", "account_emailaddress"}
READERS_OWN = {("accounts_user", "last_login"), ("crm_apikey", "last_used_at")}


@dataclass
class House:
    people: dict
    clients: dict = field(default_factory=dict)
    records: dict = field(default_factory=dict)

    def __getattr__(self, name):
        try:
            return self.__dict__["records"][name]
        except KeyError:
            raise AttributeError(name) from None

    def address(self, name, arguments):
        """The address by that name, with the ids of this house's records."""
        return reverse(name, kwargs={key: self.argument(name, key) for key in arguments})

    def argument(self, name, key):
        if key == "pk":
            return self.subject(name).pk
        return {
            "slug": "mrr",
            "verb": "retry",
            "label": "leads.lead",
            "key": "forged",
            "uidb36": "1",
        }[key]

    def subject(self, name):
        """What an address is about: by the longest beginning of its name that is one of the records."""
        stem = name.removeprefix("api-").replace("-", "_")
        special = {
            "lead_restore": "gone_lead",
            "trash_restore": "gone_lead",
            "deal_restore": "gone_deal",
            "activity_restore": "gone_activity",
            "task_restore": "gone_task",
            "account_restore": "gone_account",
            "contact_restore": "gone_contact",
            "pipeline_edit": "pipeline",
            "stage_create": "pipeline",
            "subscription_start": "account",
            "mfa_remove_webauthn": "lead",
            "mfa_edit_webauthn": "lead",
        }
        if stem in special:
            return self.records[special[stem]]
        found = [noun for noun in self.records if stem.startswith(f"{noun}_")]
        return self.records[max(found, key=len)]


def build():
    """The house in the transaction under way."""
    Company.forget()
    cache.clear()
    admin = users.add(email="admin@house.test", name="Ada North", roles=["admin"], by=None, password="password")
    north, south = TeamFactory(name="North", by=admin), TeamFactory(name="South", by=admin)
    people = {"admin": admin}
    for name, role, team in [
        ("rep", "rep", north),
        ("agent", "agent", north),
        ("teammate", "rep", south),
        ("stranger", "rep", south),
        ("manager", "manager", south),
    ]:
        people[name] = UserFactory(
            email=f"{name}@house.test", name=f"{name.capitalize()} of {team}", roles=[role], team=team, by=admin
        )
    users.edit_team(south, by=admin, manager=people["manager"])
    owner = people["stranger"]
    pipelines.ensure_default()
    own = {"owner": owner, "by": owner}
    source = SourceFactory(name="Fair", key="fair", by=admin)
    product = ProductFactory(name="Team plan", price=490_00, by=admin)
    account = AccountFactory(name="Olivar Ceramics", city="Porto", country="PT", **own)
    contact = ContactFactory(account=account, name="Ana Brito", email="ana@olivar.test", by=owner)
    lead = LeadFactory(name="Hugo Tessier", company_name="Maison Calvet", source=source, **own)
    deal = DealFactory(name="Olivar, twenty seats", account=account, value=5_880_00, product=product, **own)
    subscription = SubscriptionFactory(account=account, product=product, by=admin, on=today() - dt.timedelta(40))
    expense = {"starts_on": today() - dt.timedelta(30), "ends_on": today(), "by": admin}
    records = {
        "account": account,
        "contact": contact,
        "lead": lead,
        "deal": deal,
        "activity": ActivityFactory(lead=lead, subject="Called", body="About seats", by=owner),
        "task": TaskFactory(title="Send the offer", lead=lead, **own),
        "source": source,
        "campaign": CampaignFactory(name="Spring", source=source, by=admin),
        "pipeline": deal.stage.pipeline,
        "stage": deal.stage,
        "score_rule": ScoreRuleFactory(by=admin),
        "product": product,
        "subscription": subscription,
        "movement": subscription.movements.get(),
        "order": OrderFactory(account=account, product=product, amount=99_00, by=admin),
        "user": owner,
        "team": south,
        "holiday": Holiday.objects.create(on=dt.date(today().year, 12, 25), name="Christmas"),
        "gone_lead": LeadFactory(name="Gone lead", **own),
        "gone_deal": DealFactory(name="Gone deal", account=account, **own),
        "gone_activity": ActivityFactory(lead=lead, by=owner),
        "gone_task": TaskFactory(title="Gone task", **own),
        "gone_account": AccountFactory(name="Gone account", **own),
        "gone_contact": ContactFactory(account=account, name="Gone contact", by=owner),
        "expense": expenses.add(category=Expense.Category.SALES, name="Salaries", amount=100_00, **expense),
    }
    for noun in ("lead", "deal", "activity", "task", "account", "contact"):
        records[f"gone_{noun}"].trash(by=owner)
    goal = {"kpi": "revenue_won", "starts_on": today().replace(month=1, day=1), "target_value": 50_000, "by": owner}
    next_year = dt.date(today().year + 1, 1, 1)
    records["goal"] = goals.add(dimension="owner", member=str(owner.pk), ends_on=next_year, name="Sell more", **goal)
    key, _text = apikeys.create(owner, name="Website", scope="read", by=owner)
    records["apikey"] = key
    SavedView.objects.create(owner=owner, list_name="leads", name="Mine", query="", is_shared=True)
    with transaction.atomic():
        event = events.record("deal.edited", deal, by=owner, context=account)
    records["job"] = Job.objects.create(
        key="house:1", handler="leads.handlers.tell_team", event=event, state="failed", next_at=timezone.now()
    )
    Notification.objects.create(user=owner, event=event)
    snapshots.catch_up()
    records["snapshot"] = Snapshot.objects.current().filter(kpi="leads_created", dimension="owner").first()
    house = House(people, records=records)
    for role in ROLES:
        house.clients[role] = Client(raise_request_exception=False)
        if role != "anonymous":
            house.clients[role].force_login(people[role])
    return house


def today():
    return Company.current().today()


@contextmanager
def furnished(blocker):
    """A house for all tests of a module, gone without trace after it; each test rolls back to it."""
    with blocker.unblock(), transaction.atomic():
        try:
            yield build()
        finally:
            transaction.set_rollback(True)
            Company.forget()


# What there is


def named_urls(patterns=None, outer=()):
    """{name: (names of its arguments, methods)} of everything that is mounted; the pages' methods are GET and POST."""
    found = {}
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        arguments = [*outer, *(getattr(entry.pattern, "converters", None) or entry.pattern.regex.groupindex)]
        if isinstance(entry, URLPattern):
            methods = [method.upper() for method in getattr(entry.callback, "actions", None) or ("get", "post")]
            known = found.setdefault(entry.name, (arguments, []))
            known[1].extend(method for method in methods if method not in known[1] and method != "HEAD")
        else:
            for name, known in named_urls(entry.url_patterns, arguments).items():
                found.setdefault(name, known)
    return found


def contents():
    """Every row of every table, but the traces a reader leaves."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if table in TRACES:
            continue
        columns = [one.attname for one in model._meta.local_fields if (table, one.column) not in READERS_OWN]
        found[table] = sorted(map(repr, model._base_manager.values_list(*columns)))
    return found


def difference(before, after):
    """What was added to and taken from which tables."""
    return {
        table: [f"- {row}" for row in before[table] if row not in after[table]]
        + [f"+ {row}" for row in after[table] if row not in before[table]]
        for table in before
        if before[table] != after[table]
    }
