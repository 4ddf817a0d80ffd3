"""The deal board: the open deals of one pipeline by stage, with what each lane adds up to. Constant queries."""

import datetime as dt
from dataclasses import dataclass, field
from math import ceil
from urllib.parse import parse_qs, urlsplit

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.functional import cached_property

from crm import money
from crm.models.company import Company
from crm.periods import Grain, period_of
from leads.models import Deal, Pipeline, Stage, Task

CARDS, WON_CARDS = 30, 4  # the longest in a stage come first: what has just moved there has to be seen too
BLOCKS = 5


@dataclass
class Age:
    """How long a deal has been in its stage, against what is usual there: five blocks, grey, amber, red."""

    days: int
    usual: int

    @property
    def tone(self):
        if self.days > 2 * self.usual:
            return "bad"
        return "warn" if self.days > self.usual else ""

    @property
    def blocks(self):
        lit = {"bad": BLOCKS, "warn": BLOCKS - 1}.get(self.tone) or max(1, ceil(3 * self.days / max(1, self.usual)))
        return [index < lit for index in range(BLOCKS)]


@dataclass
class Lane:
    stage: Stage
    count: int = 0
    value: int = 0
    cards: list = field(default_factory=list)

    @property
    def weighted(self):
        """In whole units of the currency: the lanes add up to what stands above them."""
        unit = 10 ** money.exponent(Company.current().currency)
        return (self.value * self.stage.probability + 50 * unit) // (100 * unit) * unit

    @property
    def more(self):
        return self.count - len(self.cards)

    @property
    def more_value(self):
        return self.value - sum(deal.value for deal in self.cards)


class Board:
    """Built from a list's rows, so that its filters narrow the board as well."""

    def __init__(self, listing, request):
        self.listing, self.user = listing, request.user
        self.wanted = request.GET.get("lane", "")

    @cached_property
    def pipeline(self):
        chosen = self.listing.query.values.get("pipeline")
        pipelines = Pipeline.objects.visible_to(self.user)
        return (pipelines.filter(pk__in=chosen) if chosen else pipelines).first()

    @cached_property
    def open(self):
        """The open deals on the board, whatever else the filters say."""
        rows = self.listing.rows.prefetch_related(None)
        return rows.filter(status=Deal.Status.OPEN, stage__pipeline=self.pipeline)

    @cached_property
    def lanes(self):
        lanes = {stage.pk: Lane(stage) for stage in Stage.objects.filter(pipeline=self.pipeline).order_by("position")}
        sums = self.open.order_by().select_related(None).values("stage").annotate(count=Count("pk"), sum=Sum("value"))
        for row in sums:
            lane = lanes[row["stage"]]
            lane.count, lane.value = row["count"], row["sum"] or 0
        place = Window(RowNumber(), partition_by=[F("stage")], order_by=[F("stage_since").asc(), F("pk").asc()])
        cards = list(self.open.annotate(place=place).filter(place__lte=CARDS).order_by("stage_since", "pk"))
        steps = first_tasks(cards, self.user)
        for deal in cards:
            deal.step, deal.age = steps.get(deal.pk), age_of(deal)
            lanes[deal.stage_id].cards.append(deal)
        return list(lanes.values())

    @property
    def here(self):
        """The lane a phone shows."""
        for lane in self.lanes:
            if str(lane.stage.pk) == self.wanted:
                return lane
        return next((lane for lane in self.lanes if lane.count), self.lanes[0] if self.lanes else None)

    @cached_property
    def quarter(self):
        company = Company.current()
        return period_of(Grain.QUARTER, company.today(), company)

    @cached_property
    def won(self):
        """What was won this quarter: count, value, the last cards."""
        rows = self.listing.base().prefetch_related(None).filter(status=Deal.Status.WON, stage__pipeline=self.pipeline)
        for part in self.listing.filters:
            if part.name in self.listing.query.values and part.name in (
                "owner",
                "team",
                "source",
                "product",
                "account",
            ):
                rows = part.apply(rows, self.listing.query.values[part.name], self.user)
        rows = rows.filter(closed_on__gte=self.quarter.start, closed_on__lt=self.quarter.end)
        sums = rows.order_by().select_related(None).aggregate(count=Count("pk"), value=Sum("value"))
        cards = list(rows.select_related("account", "owner", "product").order_by("-closed_at", "-pk")[:WON_CARDS])
        value = sums["value"] or 0
        shown = sum(deal.value for deal in cards)
        return {
            "count": sums["count"],
            "value": value,
            "cards": cards,
            "more": sums["count"] - len(cards),
            "more_value": value - shown,
        }

    @property
    def count(self):
        return sum(lane.count for lane in self.lanes)

    @property
    def value(self):
        return sum(lane.value for lane in self.lanes)

    @property
    def weighted(self):
        return sum(lane.weighted for lane in self.lanes)

    @cached_property
    def old(self):
        """How many deals have been in their stage longer than is usual."""
        now, q = timezone.now(), Q(pk__in=[])
        for lane in self.lanes:
            q |= Q(stage=lane.stage, stage_since__lt=now - dt.timedelta(days=lane.stage.usual_days + 1))
        return self.open.order_by().filter(q).count()


def first_tasks(deals, user):
    """The next step of each of these deals, in one query."""
    tasks = Task.objects.visible_to(user).open().filter(deal__in=[deal.pk for deal in deals])
    found = {}
    for task in tasks.order_by("due_on", "due_time", "pk"):
        found.setdefault(task.deal_id, task)
    return found


def age_of(deal):
    return Age(max(0, (timezone.now() - deal.stage_since).days), deal.stage.usual_days)


def stepper(deal):
    """The stages of a deal's pipeline: which it has passed, and where it is."""
    stages = list(Stage.objects.filter(pipeline=deal.stage.pipeline_id).order_by("position"))
    won = deal.status == Deal.Status.WON
    return [
        {
            "stage": stage,
            "is_passed": won or stage.position < deal.stage.position,
            "is_here": not won and stage == deal.stage,
        }
        for stage in stages
    ]


def kept(request):
    """The filters of the board a request came from, as its browser says."""
    query = parse_qs(urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")).query)
    return {name: texts for name, texts in query.items() if name not in ("lane", "after", "panel")}
