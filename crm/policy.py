"""Who may do what, in one table.

Each app's `policy.py` registers rows: `allow(Lead, "rep", read=own("owner") | team("owner"), write=own("owner"))`.
A rule turns a user into a `Q` over local columns or subqueries, never a join that multiplies rows. A user with several
roles gets the union. `Model.objects.visible_to(user)` is where every view, search, export and choice list starts.
"""

from django.db import models
from django.db.models import Q

ROLES = ("rep", "agent", "manager", "admin")
READ, WRITE = "read", "write"
NOTHING = Q(pk__in=[])

_table = {}


class Rule:
    """A predicate from a user to a `Q`; rules combine with `|` and `&`."""

    def __init__(self, q_for):
        self.q_for = q_for

    def __or__(self, other):
        return Rule(lambda user: self.q_for(user) | other.q_for(user))

    def __and__(self, other):
        return Rule(lambda user: self.q_for(user) & other.q_for(user))


everything = Rule(lambda user: Q())
nothing = Rule(lambda user: NOTHING)


def own(*fields):
    """The user stands in one of these columns, e.g. `own("owner", "assignee")`."""

    def q_for(user):
        q = NOTHING
        for field in fields:
            q |= Q(**{field: user.pk})
        return q

    return Rule(q_for)


def team(field="team"):
    """The record's stamped team is one of the user's teams (the one they are in and those they manage)."""
    return Rule(lambda user: Q(**{f"{field}__in": user.team_ids}) if user.team_ids else NOTHING)


def through(field, model, action=READ):
    """The record belongs to one of another model that the user may see: `through("account", Account)`."""
    return Rule(lambda user: Q(**{f"{field}__in": restrict(model._base_manager.all(), action, user).values("pk")}))


def allow(model, *roles, read=None, write=None):
    """Add rows to the table. `write` implies nothing about `read`: state both. Admins may do everything unless
    a row says otherwise."""
    for role in roles:
        if role not in ROLES:
            raise ValueError(f"unknown role {role!r}")
        for action, rule in ((READ, read), (WRITE, write)):
            if rule is not None:
                _table[model._meta.label, action, role] = rule


def rule_for(model, action, role):
    default = everything if role == "admin" else nothing
    return _table.get((model._meta.label, action, role), default)


def q_for(model, action, user):
    """The rows of `model` on which `user` may do `action`, as a `Q` for that model's columns."""
    if not user or not user.is_authenticated or not user.is_active:
        return NOTHING
    q = NOTHING
    for role in user.role_names:
        rule = rule_for(model, action, role).q_for(user)
        if not rule:  # an empty Q allows everything
            return Q()
        q |= rule
    return q


def restrict(queryset, action, user):
    q = q_for(queryset.model, action, user)
    if not q:
        return queryset
    return queryset.none() if q == NOTHING else queryset.filter(q)


def may(user, action, record):
    """Whether `user` may do `action` on this record, asked of the database by the same rule as lists."""
    return restrict(type(record)._base_manager.filter(pk=record.pk), action, user).exists()


def may_create(user, model):
    """Whether some role of `user` has a write row for `model` at all."""
    return any(rule_for(model, WRITE, role) is not nothing for role in user.role_names)


class PolicyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rows this user may read, the trash left out."""
        return restrict(self.alive(), READ, user)

    def changeable_by(self, user):
        return restrict(self.alive(), WRITE, user)

    def alive(self):
        """Without what lies in the trash; models without a trash are always alive."""
        if any(field.name == "trashed_at" for field in self.model._meta.fields):
            return self.filter(trashed_at=None)
        return self
