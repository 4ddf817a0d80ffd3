"""How leads and deals go: they come, are answered, qualified, become deals, are won or lost."""

from datetime import timedelta

from accounts.actions import orders
from leads.actions import activities, deals, leads, tasks
from leads.models import Activity, Lead
from metrics.demo.catalogue import SOURCES
from metrics.demo.names import TITLES

MONTHS = 26
DISQUALIFIED = ("No budget this year", "Too small", "Uses another system", "Could not be reached", "Student project")
LOST = ("Price", "Stays with spreadsheets", "Chose a competitor", "Project postponed", "Missing an interface")
PLAN_ODDS = {"Starter": 34, "Team": 34, "Scale": 15, "Starter yearly": 5, "Team yearly": 8, "Scale yearly": 4}
SUBJECTS = {
    Activity.Kind.CALL: ("First call", "How they count stock today", "Questions about the scanner", "Called back"),
    Activity.Kind.MAIL: ("Sent the brochure", "Answered questions on price", "Sent the offer", "Followed up"),
    Activity.Kind.MEETING: ("Demo with the warehouse team", "Visit on site", "Went through the offer"),
}


class Pipeline:
    def __init__(self, agenda, house, names, customers):
        self.agenda, self.house, self.names, self.customers = agenda, house, names, customers
        self.odds = {key: odds for _n, key, _m, _w, odds in SOURCES}
        self.weights = {key: weight for _n, key, _m, weight, _o in SOURCES}

    def open(self, count):
        """Spread the coming of leads over the months, more of them every month."""
        agenda = self.agenda
        span = MONTHS * 30.4
        for _ in range(count):
            back = span * (1 - agenda.random.random() ** 0.8)
            day = agenda.today - timedelta(days=int(back))
            agenda.put(agenda.office(day, early=7, late=21), self.comes)

    def comes(self, moment):
        agenda, names, house = self.agenda, self.names, self.house
        country = names.country()
        person, company = names.person(country), names.company(country)
        key = agenda.pick(self.weights)
        plan = agenda.pick(PLAN_ODDS)
        lead = leads.add(
            name=person,
            company_name=company,
            email=names.address(person, company),
            phone=names.phone(country),
            title=agenda.pick(TITLES),
            country=country,
            employees=int(agenda.random.lognormvariate(3.2, 1.1)) + 1,
            source=house.sources[key],
            product=house.plans[plan],
            owner=agenda.random.choice(house.reps[country]),
            at=moment,
            by=None,
        )
        hours = agenda.random.lognormvariate(1.9, 1.0)
        answered = moment + timedelta(hours=hours)
        if not 8 <= answered.astimezone(agenda.zone).hour < 20:
            answered = agenda.later(answered, 0, 1)
        if agenda.chance(0.99):
            agenda.put(answered, self.answered, lead, key)

    def answered(self, moment, lead, key):
        agenda = self.agenda
        self.log(moment, agenda.pick({Activity.Kind.CALL: 6, Activity.Kind.MAIL: 5}), lead=lead)
        if agenda.chance(0.44 * self.odds[key]):
            agenda.put(agenda.later(moment, 1, 9), self.qualified, lead)
        elif agenda.chance(0.85):
            agenda.put(agenda.later(moment, 2, 30), self.disqualified, lead)

    def disqualified(self, moment, lead):
        leads.disqualify(lead, reason=self.agenda.random.choice(DISQUALIFIED), by=lead.owner, at=moment)

    def qualified(self, moment, lead):
        agenda = self.agenda
        self.log(moment, Activity.Kind.CALL, lead=lead)
        leads.qualify(lead, by=lead.owner, at=moment)
        if agenda.chance(0.66):
            agenda.put(agenda.later(moment, 1, 8), self.converted, lead)
        elif agenda.chance(0.8):
            agenda.put(agenda.later(moment, 8, 40), self.disqualified, lead)

    def converted(self, moment, lead):
        agenda = self.agenda
        plan = lead.product
        value = plan.price * (12 if plan.billing == "monthly" else 1)
        value = value * agenda.random.choice((90, 95, 100, 100, 100, 110)) // 100
        found = leads.convert(
            lead, by=lead.owner, at=moment, deal_name=f"{lead.company_name}: {plan.name}", deal_value=value
        )
        deal = found.deal
        deals.edit(
            deal,
            expected_close_on=agenda.day(moment) + timedelta(days=agenda.random.randint(30, 75)),
            by=lead.owner,
            at=moment,
        )
        agenda.put(agenda.later(moment, 3, 14), self.goes_on, deal, 1)

    def goes_on(self, moment, deal, step):
        """A step on in the pipeline, until it is decided; some stand still and grow old."""
        agenda = self.agenda
        if agenda.chance(0.11):
            agenda.put(agenda.later(moment, 0, 3), self.lost, deal)
            return
        kind = agenda.pick({Activity.Kind.MEETING: 4, Activity.Kind.CALL: 3, Activity.Kind.MAIL: 3})
        self.log(moment, kind, deal=deal)
        if step < len(self.house.stages):
            deals.move(deal, self.house.stages[step], by=deal.owner, at=moment)
            if agenda.chance(0.06):
                return
            agenda.put(agenda.later(moment, 4, 19), self.goes_on, deal, step + 1)
        elif agenda.chance(0.58):
            agenda.put(agenda.later(moment, 1, 9), self.won, deal)
        else:
            agenda.put(agenda.later(moment, 2, 20), self.lost, deal)

    def lost(self, moment, deal):
        deals.lose(deal, reason=self.agenda.random.choice(LOST), by=deal.owner, at=moment)

    def won(self, moment, deal):
        agenda, house = self.agenda, self.house
        deals.win(deal, by=deal.owner, at=moment)
        if not deal.subscription:
            return
        self.customers.begin(moment, deal.subscription)
        if agenda.chance(0.45) and "Starter" not in deal.product.name:
            orders.add(
                deal.account,
                amount=house.onboarding.price,
                product=house.onboarding,
                on=agenda.day(moment),
                by=deal.owner,
            )

    def log(self, moment, kind, *, lead=None, deal=None):
        agenda = self.agenda
        owner = (lead or deal).owner
        minutes = agenda.random.choice((10, 15, 20, 30, 45)) if kind != Activity.Kind.MAIL else None
        subject = agenda.random.choice(SUBJECTS[kind])
        activities.log(kind=kind, subject=subject, minutes=minutes, lead=lead, deal=deal, by=owner, at=moment)
        if agenda.chance(0.12):
            self.follow_up(moment, subject, owner, lead=lead, deal=deal)

    def follow_up(self, moment, subject, owner, **about):
        """A step that was planned and done: what lies behind the people, as the desk shows what lies ahead."""
        agenda = self.agenda
        due = agenda.later(moment, 1, 6)
        if due < agenda.now:
            task = tasks.add(
                title=f"Follow up: {subject.lower()}", due_on=agenda.day(due), by=owner, at=moment, **about
            )
            agenda.put(due, self.done, task)

    def done(self, moment, task):
        tasks.complete(task, by=task.owner, at=moment)


def unanswered(agenda, house, names):
    """A few leads of the last hours that nobody has answered yet, two of them the demo rep's."""
    rep = house.people["rep@demo.test"]
    for minutes, country, owner in (
        (25, "ES", rep),
        (70, "ES", rep),
        (115, "FR", None),
        (190, "DE", None),
        (260, "PT", rep),
    ):
        person, company = names.person(country), names.company(country)
        lead = leads.add(
            name=person,
            company_name=company,
            email=names.address(person, company),
            phone=names.phone(country),
            title="Operations manager",
            country=country,
            employees=agenda.random.randint(8, 120),
            source=house.sources["website"],
            product=house.plans["Team"],
            comments="We count twice a year by hand and would like to stop.",
            owner=owner or agenda.random.choice(house.reps[country]),
            at=agenda.now - timedelta(minutes=minutes),
            by=None,
        )
        agenda.note(lead.created_at)
    return Lead.objects.unanswered().count()
