"""Creating and changing a record with its event: what the actions of every noun share."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from crm import events
from crm.exceptions import Conflict, Invalid
from crm.models import Company


def refuse_unknown(names, allowed):
    unknown = sorted(set(names) - set(allowed))
    if unknown:
        raise Invalid(
            _("These fields cannot be set here: %(names)s.") % {"names": ", ".join(unknown)},
            code="unknown_fields",
            fields={name: [_("This field cannot be set here.")] for name in unknown},
        )


def own_currency(given=None):
    """The company's currency; any other one is refused (one currency per company for now)."""
    currency = Company.current().currency
    if given and given != currency:
        message = _("Amounts are kept in %(currency)s only.") % {"currency": currency}
        raise Invalid(message, code="foreign_currency", fields={"currency": [message]})
    return currency


def check(record, *names):
    """Validate these fields as a form would (all that people fill in where none is named); refusals name the field."""
    fields = record._meta.fields
    asked = set(names) or {field.name for field in fields if field.editable}
    left_out = {
        field.name for field in fields if field.is_relation or field.name not in asked
    }  # keys: the database does
    try:
        record.clean_fields(exclude=left_out)
    except ValidationError as error:
        raise Invalid(_("Please correct the marked fields."), fields=error.message_dict) from None


def create(record):
    """Validate and insert."""
    if hasattr(record, "fold_search_text"):
        record.fold_search_text()
    check(record)
    record.save(force_insert=True)
    return record


def change(record, changes, *, allowed, refuse=None):
    """Write what differs, and nothing else; {field: [old, new]} as it goes into the event.

    It compares with the row as it stands, not with the copy in hand, which a form may have filled in already.
    `refuse` looks at the changed row before it is written, for rules about several fields."""
    refuse_unknown(changes, allowed)
    if "currency" in changes:
        own_currency(changes["currency"])
    row = rows_of(record).first()
    if row is None:
        raise gone()
    before = {name: getattr(row, name) for name in changes}
    changed = {name: value for name, value in changes.items() if value != before[name]}
    if not changed:
        return {}
    for name, value in changed.items():
        setattr(row, name, value)
    check(row, *changed)
    if refuse:
        refuse(row)
    values = {name: getattr(row, name) for name in changed}
    if hasattr(row, "fold_search_text"):
        row.fold_search_text()
        values["search_text"] = row.search_text
    update(record, **values)
    return {name: [plain(before[name]), plain(values[name])] for name in changed}


def update(record, **values):
    """Write these columns of a record that must still be there."""
    if not rows_of(record).update(**values):
        raise gone()
    for name, value in values.items():
        setattr(record, name, value)


def gone():
    return Conflict(_("This record has been deleted meanwhile."), code="gone")


def rows_of(record):
    """The row of this record, unless it is in the trash."""
    rows = type(record)._base_manager.filter(pk=record.pk)
    return rows.filter(trashed_at=None) if hasattr(record, "trashed_at") else rows


def assign(record, owner, *, by, context=None, touches=None):
    """Hand a record to somebody (or nobody): owner and team change together. False where they had it already."""
    if owner is not None and not owner.is_active:
        raise Invalid(
            _("%(name)s no longer works here.") % {"name": owner}, fields={"owner": [_("Choose somebody active.")]}
        )
    before = record.owner_id
    if before == (owner.pk if owner else None):
        return False
    record.set_owner(owner)
    update(record, owner=owner, team_id=record.team_id)
    noun = record._meta.model_name
    data = {"from": before, "to": record.owner_id}
    events.record(f"{noun}.assigned", record, by=by, context=context, touches=touches, data=data)
    return True


def plain(value):
    """A value as JSON can hold it."""
    if isinstance(value, models.Model):
        return str(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
