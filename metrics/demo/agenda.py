"""What happens when: a queue of past moments, worked off in order up to now."""

import heapq
import random
from datetime import datetime, timedelta
from datetime import time as clock
from itertools import count

from django.db import connection
from django.utils import timezone

from crm.models import Event

SEED = 20_240_917
OPENS, CLOSES = 9, 18


class Agenda:
    """Steps push the steps that follow from them; one that would lie ahead is left for life to come."""

    def __init__(self, zone):
        self.zone = zone
        self.now = timezone.now()
        self.random = random.Random(SEED)
        self._queue = []
        self._tie = count()
        self._moments = []  # (last event id, moment): when the events up to that id happened
        self.last_event = 0

    @property
    def today(self):
        return self.now.astimezone(self.zone).date()

    def put(self, moment, step, *args):
        if moment <= self.now:
            heapq.heappush(self._queue, (moment, next(self._tie), step, args))

    def work(self):
        while self._queue:
            moment, _tie, step, args = heapq.heappop(self._queue)
            step(moment, *args)
            self.note(moment)

    def note(self, moment):
        """Remember that what has been recorded since the last note happened then."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {Event._meta.db_table}")
            (last,) = cursor.fetchone()
        if last > self.last_event:
            self._moments.append((moment, self.last_event + 1, last))
            self.last_event = last

    def settle_events(self):
        """Give the events the moments of the past, and mark them done: nothing is set off by what is long over."""
        table, at = Event._meta.db_table, connection.ops.quote_name("at")
        adapt = connection.ops.adapt_datetimefield_value
        now = adapt(self.now)
        rows = [(adapt(moment), now, now, first, last) for moment, first, last in self._moments]
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {table} SET {at} = %s, dispatched_at = %s, counted_at = %s WHERE id BETWEEN %s AND %s", rows
            )

    # Dice

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, weights):
        """One of the keys, by its weight."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def day(self, moment):
        return moment.astimezone(self.zone).date()

    def office(self, day, *, early=OPENS, late=CLOSES):
        """Some moment of that day while the office is open; the Monday after, of a weekend."""
        day += timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])
        minute = self.random.randrange(early * 60, late * 60)
        return datetime.combine(day, clock(minute // 60, minute % 60, self.random.randrange(60)), tzinfo=self.zone)

    def later(self, moment, low, high):
        """A moment between so many days later, in office hours, and after the given one."""
        found = self.office(self.day(moment) + timedelta(days=self.random.randint(low, high)))
        return found if found > moment else moment + timedelta(minutes=self.random.randint(15, 120))
