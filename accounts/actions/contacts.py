"""The people at an account."""

from django.db import transaction

from accounts import rules
from accounts.actions import records
from accounts.models import Contact
from crm import events

FIELDS = ("name", "title", "email", "phone", "language")


@transaction.atomic
def add(*, account, name, by, at=None, **fields):
    records.refuse_unknown(fields, FIELDS)
    at, _on = rules.moment_of(at)
    contact = records.create(Contact(account=account, name=name, created_at=at, **fields))
    events.record("contact.added", contact, by=by, context=account)
    return contact


@transaction.atomic
def edit(contact, *, by, **changes):
    changed = records.change(contact, changes, allowed=(*FIELDS, "account"))
    if changed:
        events.record("contact.edited", contact, by=by, context=contact.account, data={"changes": changed})
    return contact
