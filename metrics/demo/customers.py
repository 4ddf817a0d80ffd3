"""How subscriptions go: charged month by month, grown, shrunk, paused, ended, and now and then resumed."""

from datetime import date, timedelta

from accounts.actions import accounts, contacts, orders, subscriptions
from accounts.models.product import Billing
from metrics.demo.names import INDUSTRIES
from metrics.demo.pipeline import MONTHS, PLAN_ODDS

LADDER = ("Starter", "Team", "Scale")
REASONS = ("Closed the warehouse", "Too expensive", "Moved to the group's system", "Not used enough", "Bankruptcy")
MONTHLY = {  # what a month may bring
    "nothing": 0.926,
    "upgrade": 0.017,
    "more": 0.014,
    "downgrade": 0.005,
    "cancel": 0.017,
    "pause": 0.0035,
    "past_due": 0.008,
    "second": 0.006,
    "refund": 0.006,
}


class Customers:
    def __init__(self, agenda, house, names):
        self.agenda, self.house, self.names = agenda, house, names

    def open(self, count):
        """Those who were customers before the history begins."""
        agenda = self.agenda
        for _ in range(count):
            months = MONTHS + agenda.random.randint(0, 14)
            agenda.put(agenda.office(agenda.today - timedelta(days=int(months * 30.4))), self.old_friend)

    def old_friend(self, moment):
        agenda, names = self.agenda, self.names
        country = names.country()
        owner = agenda.random.choice(self.house.reps[country])
        account = accounts.add(
            name=names.company(country),
            country=country,
            city=names.city(country),
            industry=agenda.pick(INDUSTRIES),
            employees=int(agenda.random.lognormvariate(3.4, 1)) + 2,
            owner=owner,
            source="partner",
            at=moment,
            by=owner,
        )
        person = names.person(country)
        contacts.add(account=account, name=person, email=names.address(person, account.name), by=owner, at=moment)
        plan = self.house.plans[agenda.pick(PLAN_ODDS)]
        subscription = subscriptions.start(account, plan, on=agenda.day(moment), by=owner)
        self.begin(moment, subscription)

    def begin(self, moment, subscription):
        """First paid on that day: charge it, and come back every month."""
        subscription.demo_month = 0
        self.month(moment, subscription)

    def again(self, moment, subscription):
        """A month later, on the day of the month on which it began."""
        on = self.agenda.day(moment)
        month = on.year * 12 + on.month  # the month after `on`
        day = date(month // 12, month % 12 + 1, min(subscription.started_on.day, 28))
        subscription.demo_month += 1
        self.agenda.put(self.agenda.office(day) if day.weekday() > 4 else self.at_dawn(day), self.month, subscription)

    def at_dawn(self, day):
        return self.agenda.office(day, early=6, late=8)

    def month(self, moment, subscription):
        """Charge what is due and see what the month brings; who has stopped is no longer visited."""
        agenda = self.agenda
        if not self.is_running(subscription):
            return
        on = agenda.day(moment)
        yearly = subscription.billing == Billing.YEARLY
        renews = subscription.demo_month % 12 == 0
        if yearly and renews and subscription.demo_month and agenda.chance(0.14):
            self.cancel(moment, subscription)
            return
        order = orders.charge(subscription, on=on) if renews or not yearly else None
        chosen = agenda.pick(MONTHLY) if subscription.demo_month else "nothing"
        if chosen in ("upgrade", "more", "downgrade", "cancel", "pause", "past_due", "second"):
            if not (yearly and chosen in ("cancel", "pause", "downgrade")):
                agenda.put(agenda.later(moment, 2, 20), getattr(self, chosen), subscription)
        elif chosen == "refund" and order:
            agenda.put(agenda.later(moment, 1, 9), self.refund, order)
        self.again(moment, subscription)

    def is_running(self, subscription):
        """As the steps have left the one copy that they all share."""
        return subscription.is_running and not subscription.ends_on

    def refund(self, moment, order):
        orders.refund(order, amount=order.amount // 2, on=self.agenda.day(moment), note="Goodwill", by=order.owner)

    def upgrade(self, moment, subscription):
        """To the next plan, or more seats of the dearest one."""
        if not self.is_running(subscription):
            return
        name, _space, rhythm = subscription.product.name.partition(" ")
        if name not in LADDER[:2]:
            self.more(moment, subscription)
            return
        plan = self.house.plans[f"{LADDER[LADDER.index(name) + 1]} {rhythm}".strip()]
        price = max(plan.price * subscription.quantity, subscription.price + 10_00)
        subscriptions.upgrade(
            subscription, product=plan, price=price, on=self.agenda.day(moment), by=subscription.account.owner
        )

    def more(self, moment, subscription):
        """A further site pays a further share."""
        if self.is_running(subscription) and subscription.quantity < 6:
            subscriptions.upgrade(
                subscription,
                quantity=subscription.quantity + 1,
                price=subscription.price + subscription.price // subscription.quantity * 6 // 10,
                on=self.agenda.day(moment),
                by=subscription.account.owner,
                reason="A further site",
            )

    def downgrade(self, moment, subscription):
        if self.is_running(subscription):
            price = subscription.price * 75 // 100
            subscriptions.downgrade(
                subscription,
                price=price,
                on=self.agenda.day(moment),
                by=subscription.account.owner,
                reason="Fewer sites",
            )

    def second(self, moment, subscription):
        """Leases scanners beside the plan: a second subscription."""
        if self.is_running(subscription) and subscription.account.subscriptions.count() == 1:
            quantity = self.agenda.random.randint(3, 12)
            on, owner = self.agenda.day(moment), subscription.account.owner
            lease = subscriptions.start(subscription.account, self.house.scanners, quantity=quantity, on=on, by=owner)
            self.begin(moment, lease)

    def cancel(self, moment, subscription):
        if self.is_running(subscription):
            ends = self.agenda.day(moment) + timedelta(days=self.agenda.random.choice((0, 0, 14, 25)))
            reason = self.agenda.random.choice(REASONS)
            subscriptions.cancel(subscription, on=ends, reason=reason, by=subscription.account.owner)
            if self.agenda.chance(0.14):
                self.agenda.put(self.agenda.later(moment, 50, 200), self.returns, subscription)

    def pause(self, moment, subscription):
        if self.is_running(subscription):
            subscriptions.pause(subscription, on=self.agenda.day(moment), by=subscription.account.owner)
            self.agenda.put(self.agenda.later(moment, 40, 110), self.returns, subscription)

    def returns(self, moment, subscription):
        """Back after a while, one in three at another price."""
        on = self.agenda.day(moment)
        if subscription.is_running or (subscription.ends_on and on <= subscription.ends_on):
            return
        price = subscription.price * self.agenda.random.choice((80, 100, 100, 120)) // 100
        subscriptions.reactivate(subscription, price=price, on=on, by=subscription.account.owner)
        self.again(moment, subscription)

    def past_due(self, moment, subscription):
        """A charge fails; most pay in time."""
        if not self.is_running(subscription) or subscription.status != subscription.Status.ACTIVE:
            return
        on = self.agenda.day(moment)
        subscriptions.mark_past_due(subscription, on=on)
        if self.agenda.chance(0.6):
            self.agenda.put(self.agenda.later(moment, 2, 20), self.pays, subscription)
        else:
            self.agenda.put(moment + timedelta(days=30), self.gives_up, subscription)

    def pays(self, moment, subscription):
        if subscription.status == subscription.Status.PAST_DUE:
            subscriptions.paid(subscription, on=self.agenda.day(moment))

    def gives_up(self, moment, subscription):
        if subscription.status == subscription.Status.PAST_DUE:
            subscriptions.cancel(
                subscription, on=self.agenda.day(moment), cause="involuntary", by=None, reason="Unpaid"
            )
