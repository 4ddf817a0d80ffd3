"""What lies on the desks today: next steps that are late, due and to come, for those who sign in and for the others."""

from datetime import time, timedelta

from accounts.actions import orders, subscriptions
from accounts.models import Account, Subscription
from leads.actions import deals, scoring, tasks
from leads.models import Deal, Lead

NEXT = (
    ("call", "Call about the offer"),
    ("mail", "Send the revised offer"),
    ("meeting", "Demo with the warehouse team"),
    ("todo", "Check the stock list they sent"),
    ("call", "Ask whether the board has decided"),
    ("mail", "Answer the questions on the scanner"),
)
DAYS = (-9, -4, -2, -1, 0, 0, 0, 1, 2, 3, 5, 8, 13)  # from today


def lay_out(agenda, house):
    """Tasks about open deals and leads, unevenly: some deals have no next step, as in life."""
    for person in house.people.values():
        mine = list(Deal.objects.open().filter(owner=person).order_by("-value")[:12])
        mine += list(Lead.objects.open().filter(owner=person, stage="qualified").order_by("-score")[:8])
        for index, record in enumerate(mine):
            if agenda.chance(0.8):
                plan(agenda, person, {record._meta.model_name: record}, DAYS[index % len(DAYS)])
    manager, agent = house.people["manager@demo.test"], house.people["agent@demo.test"]
    biggest = list(Account.objects.customers().order_by("-mrr")[:7])
    for index, account in enumerate(biggest):
        plan(agenda, manager if index < 5 else agent, {"account": account}, DAYS[3 + index], title="Quarterly review")


def plan(agenda, person, about, days, title=""):
    kind, wording = agenda.random.choice(NEXT) if not title else ("meeting", title)
    due_on = agenda.today + timedelta(days=days)
    hour = time(agenda.random.randrange(9, 17), agenda.random.choice((0, 15, 30))) if agenda.chance(0.4) else None
    at = agenda.now - timedelta(days=max(1, 1 - days), hours=agenda.random.randint(0, 6))
    tasks.add(title=wording, kind=kind, due_on=due_on, due_time=hour, owner=person, by=person, at=at, **about)
    agenda.note(at)


def sell_services(agenda, house):
    """Deals of things sold once to those who are customers: some won, some still open."""
    customers = list(Account.objects.customers().filter(owner__isnull=False, mrr__gt=0).order_by("pk"))
    for account in agenda.random.sample(customers, min(36, len(customers))):
        opened = agenda.office(agenda.today - timedelta(days=agenda.random.randint(6, 420)))
        if opened >= agenda.now or opened < account.created_at:
            continue
        deal = deals.add(
            name=f"{account.name}: Onboarding of a further site",
            account=account,
            product=house.onboarding,
            value=house.onboarding.price,
            owner=account.owner,
            by=account.owner,
            at=opened,
        )
        agenda.note(opened)
        closes = agenda.later(opened, 9, 60)
        if closes < agenda.now:
            if agenda.chance(0.55):
                deals.win(deal, by=account.owner, at=closes)
            else:
                deals.lose(deal, reason="Project postponed", by=account.owner, at=closes)
            agenda.note(closes)


def use_scanners(agenda):
    """Usage beyond the plan, charged now and then."""
    for account in Account.objects.customers().filter(mrr__gt=500_000_000).order_by("pk")[:30]:
        for _ in range(agenda.random.randint(0, 4)):
            on = agenda.today - timedelta(days=agenda.random.randint(1, 300))
            if on > account.first_paid_on:
                amount = agenda.random.randint(20, 240) * 100
                orders.add(account, kind="usage", amount=amount, on=on, by=None, note="Counts beyond the plan")
                agenda.note(agenda.office(on))


def give_notice(agenda):
    """Some have said that they will leave: their end lies ahead and is no churn yet. One is on a pause."""
    running = Subscription.objects.filter(status="active", ends_on=None, product__family="Plans").order_by("pk")
    leaving = agenda.random.sample(list(running.select_related("account__owner")), 4)
    for days, subscription in zip((6, 13, 27), leaving, strict=False):
        ends_on = agenda.today + timedelta(days=days)
        subscriptions.cancel(subscription, on=ends_on, reason="Not used enough", by=subscription.account.owner)
        agenda.note(agenda.office(agenda.today - timedelta(days=days)))
    paused, last = leaving[-1], leaving[-1].movements.order_by("-on").first().on
    subscriptions.pause(paused, on=max(last, agenda.today - timedelta(days=11)), by=paused.account.owner)
    agenda.note(agenda.office(agenda.today - timedelta(days=13)))


def score(agenda):
    scoring.rescore_open()
    agenda.note(agenda.now)
