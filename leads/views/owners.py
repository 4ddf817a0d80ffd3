"""Giving back what was assigned in bulk: the undo of "Assign"."""

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm import notices
from crm.exceptions import Invalid
from leads import bulk
from leads.actions import deals, leads, tasks
from leads.models import Deal, Lead, Task
from leads.views.trash import MOST, list_of

ASSIGN = {Lead: leads.assign_many, Deal: deals.assign_many, Task: tasks.assign_many}


@login_required
@require_POST
@transaction.atomic
def give_back(request, model):
    """To whom each record belonged before, as far as this user may still assign it."""
    before = owners_before(request.GET.get("owners", ""))
    people = bulk.owners(request.user).in_bulk(set(before.values()))
    given = {}
    for record in model.objects.changeable_by(request.user).filter(pk__in=before):
        if before[record.pk] in people:
            given.setdefault(before[record.pk], []).append(record)
    count = sum(ASSIGN[model](records, people[pk], by=request.user) for pk, records in given.items())
    text = ngettext("%(count)s record is given back.", "%(count)s records are given back.", count)
    notices.say(request, text % {"count": count}, tone="good")
    return redirect(list_of(model))


def owners_before(text):
    """{record: owner} of "12-3,14-3"."""
    pairs = [pair.split("-") for pair in text.split(",")]
    parts = [part for pair in pairs for part in pair]
    if (
        len(pairs) > MOST
        or any(len(pair) != 2 for pair in pairs)
        or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts)
    ):
        raise Invalid(_("These records cannot be given back together."))
    return {int(record): int(owner) for record, owner in pairs}
