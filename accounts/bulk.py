"""What can be done to several accounts at once, and to one cell in its place."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actions import accounts
from accounts.models import User
from crm.exceptions import Invalid
from crm.lists import Action


def owners(user):
    """Whom this user may give an account to."""
    people = User.objects.visible_to(user).filter(is_active=True, role_grants__role__in=["rep", "manager", "admin"])
    return people.distinct().order_by("name")


def assign(records, value, by):
    owner = owners(by).filter(pk=value).first() if str(value).isascii() and str(value).isdigit() else None
    if not owner:
        raise Invalid(_("Please choose somebody you can assign to."), fields={"value": [_("Please choose somebody.")]})
    for account in records:
        accounts.assign(account, owner, by=by)
    said = ngettext(
        "%(count)s account now belongs to %(name)s.", "%(count)s accounts now belong to %(name)s.", len(records)
    )
    return said % {"count": len(records), "name": owner}


ACCOUNTS = [
    Action(
        "assign",
        _("Assign"),
        assign,
        options=lambda user: [(person.pk, str(person)) for person in owners(user)],
        letter="a",
        roles=frozenset({"manager", "admin"}),
    )
]
