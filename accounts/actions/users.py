"""The people who work here. Nobody grants what they lack; less rights end sessions and keys at once."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import records
from accounts.models import RoleGrant, Team, User
from crm import events
from crm.exceptions import Conflict, Forbidden, Invalid
from crm.models import ApiKey, Company

Role = RoleGrant.Role
FIELDS = ("name", "email", "team", "language", "theme")


@transaction.atomic
def add(*, email, name, by, roles=(), team=None, password=None, language="en"):
    """A new user; without a password they set one by the reset mail. `by=None`: the first one, from the command line."""
    refuse_granting(by, roles)
    user = User(email=tidied(email), name=name, team=team, language=language)
    user.set_password(password)
    refuse_taken(user.email)
    records.check(user, "email", "name", "language")
    user.save(force_insert=True)
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role) for role in sorted(set(roles)))
    events.record("user.added", user, by=by, data={"roles": sorted(set(roles))})
    return user


@transaction.atomic
def edit(user, *, by, **changes):
    if "email" in changes:
        changes["email"] = tidied(changes["email"])
        refuse_taken(changes["email"], but=user)
    changed = records.change(user, changes, allowed=FIELDS)
    if changed:
        events.record("user.edited", user, by=by, data={"changes": changed})
    return user


@transaction.atomic
def set_roles(user, roles, *, by):
    """Exactly these roles from now on. Taking one away signs the user out everywhere."""
    roles = set(roles)
    claim_administration()
    before = set(RoleGrant.objects.filter(user=user).values_list("role", flat=True))
    refuse_granting(by, roles ^ before)
    if roles == before:
        return user
    if Role.ADMIN in before - roles:
        refuse_last_admin(user)
    RoleGrant.objects.filter(user=user, role__in=before - roles).delete()
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role) for role in sorted(roles - before))
    user.__dict__.pop("role_names", None)  # asked anew
    if before - roles:
        end_access(user)
    events.record("user.roles_changed", user, by=by, data={"from": sorted(before), "to": sorted(roles)})
    return user


@transaction.atomic
def deactivate(user, *, by):
    """They can no longer sign in, their sessions and keys end now; what they did stays theirs."""
    claim_administration()
    refuse_last_admin(user)
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise Conflict(_("This user is inactive already."))
    user.is_active = False
    end_access(user)
    events.record("user.deactivated", user, by=by)
    return user


@transaction.atomic
def activate(user, *, by):
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise Conflict(_("This user is active already."))
    user.is_active = True
    events.record("user.activated", user, by=by)
    return user


@transaction.atomic
def add_team(*, name, by, manager=None, region=""):
    if Team.objects.filter(name=name).exists():
        raise Invalid(_("There is a team of this name already."), fields={"name": [_("Choose another name.")]})
    team = records.create(Team(name=name, manager=manager, region=region))
    events.record("team.added", team, by=by)
    return team


@transaction.atomic
def edit_team(team, *, by, **changes):
    changed = records.change(team, changes, allowed=("name", "manager", "region"))
    if changed:
        events.record("team.edited", team, by=by, data={"changes": changed})
    return team


def end_access(user):
    """Sign out everywhere and revoke the keys."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    ApiKey.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def claim_administration():
    """Changes of who administrates queue up, so that two administrators cannot remove each other at once."""
    Company.current()
    Company.objects.filter(pk=1).update(updated_at=timezone.now())


def refuse_last_admin(user):
    admins = RoleGrant.objects.filter(role=Role.ADMIN, user__is_active=True)
    if admins.filter(user=user).exists() and not admins.exclude(user=user).exists():
        raise Conflict(_("This is the last administrator: make somebody else one first."), code="last_admin")


def refuse_granting(by, roles):
    unknown = set(roles) - set(Role.values)
    if unknown:
        raise Invalid(_("There is no such role."), fields={"roles": [_("There is no such role.")]})
    if by is not None and not by.has_role(Role.ADMIN) and not set(roles) <= by.role_names:
        raise Forbidden(_("You can only grant or take away roles that you hold yourself."))


def refuse_taken(email, but=None):
    others = User.objects.filter(email=email)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise Invalid(
            _("Somebody signs in with this address already."), fields={"email": [_("Choose another address.")]}
        )


def tidied(email):
    return User.objects.normalize_email(email).strip().lower()
