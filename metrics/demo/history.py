"""Telling the whole history, in order."""

from datetime import timedelta

from django.db import transaction

from crm import events
from crm.models import Event
from leads import handlers
from metrics.demo import books, desk, pipeline
from metrics.demo.agenda import Agenda
from metrics.demo.catalogue import open_house
from metrics.demo.customers import Customers
from metrics.demo.names import Names

LEADS, OLD_FRIENDS = 900, 84
FRESH = 4  # so many of the last deals won are still in the notifications


@transaction.atomic
def tell():
    """All of it or nothing."""
    with events.gathered() as recorded:
        house = open_house()
        agenda = Agenda(house.company.zone, recorded)
        live(agenda, house)
        agenda.note(agenda.now)
        agenda.write_events()
    for event in Event.objects.filter(kind="deal.won").order_by("-at")[:FRESH]:
        handlers.tell_team(event)
    return house


def live(agenda, house):
    names = Names(agenda)
    customers = Customers(agenda, house, names)
    agenda.note(agenda.now - timedelta(days=3 * 365))
    customers.open(OLD_FRIENDS)
    pipeline.Pipeline(agenda, house, names, customers).open(LEADS)
    agenda.work()
    desk.sell_services(agenda, house)
    desk.use_scanners(agenda)
    desk.give_notice(agenda)
    pipeline.unanswered(agenda, house, names)
    desk.score(agenda)
    desk.lay_out(agenda, house)
    books.keep(agenda, house)
    books.set_goals(house)
