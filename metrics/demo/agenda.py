"""What happens when: a queue of past moments, worked off in order up to now."""

import heapq
import random
from datetime import datetime, timedelta
from datetime import time as clock
from itertools import count

from django.utils import timezone

from crm.imports import writing

SEED = 20_240_917
OPENS, CLOSES = 9, 18
BATCH = 1000  # events written at a time


class Agenda:
    """Steps push the steps that follow from them; one that would lie ahead is left for life to come."""

    def __init__(self, zone, recorded):
        self.zone = zone
        self.now = timezone.now()
        self.random = random.Random(SEED)
        self._queue = []
        self._tie = count()
        self._recorded = recorded  # events not written yet, of which the first so many have their moment
        self._noted = 0

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
        """What has been recorded since the last note happened then. It is done with: nothing is set off by the past."""
        for event in self._recorded[self._noted :]:
            event.at, event.dispatched_at, event.counted_at = moment, self.now, self.now
        self._noted = len(self._recorded)
        if self._noted >= BATCH:
            self.write_events()

    def write_events(self):
        """Write the events noted so far."""
        writing.append(self._recorded[: self._noted])
        del self._recorded[: self._noted]
        self._noted = 0

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
