"""Lives of customers for tests of the ledger: written straight as spans, so that any history is possible."""

from collections import defaultdict
from datetime import date, timedelta

from accounts.models import Account, MrrInterval, Product, Subscription, User
from crm.periods import FOREVER

FIRST = date(2026, 1, 1)
UNIT = 1_000_000


def day(offset):
    return FIRST + timedelta(days=offset)


def write(lives):
    """`lives` is [(owner or None, [(start, days or None, MRR in whole units), …]), …]; the accounts, in order."""
    plan = Product.objects.create(name=f"Plan {Product.objects.count()}")
    accounts = []
    for owner, spans in lives:
        firsts = [start for start, _days, _mrr in spans]
        status = {"status": "customer", "first_paid_on": day(min(firsts))} if firsts else {}
        account = Account.objects.create(name=f"Life {len(accounts)}", created_on=FIRST, owner=owner, **status)
        for start, days, mrr in spans:
            subscription = Subscription.objects.create(account=account, product=plan, price=0, started_on=day(start))
            MrrInterval.objects.create(
                account=account,
                subscription=subscription,
                product=plan,
                start_on=day(start),
                end_on=day(start + days) if days else FOREVER,
                mrr=mrr * UNIT,
            )
        accounts.append(account)
    return accounts


def owner(name):
    return User.objects.create(email=f"{name}@example.test", name=name)


def expected(lives, periods):
    """What each period holds per owner, worked out day by day: slow, and obviously right."""
    found = [defaultdict(lambda: defaultdict(int)) for _ in periods]
    for held_by, spans in lives:
        member = str(held_by.pk) if held_by else "-"
        for place, period in enumerate(periods):
            row = found[place][member]
            for name, amount in life_in(spans, period).items():
                row[name] += amount
    return found


def life_in(spans, period):
    def paid(at):
        return sum(mrr for start, days, mrr in spans if day(start) <= at and (not days or at < day(start + days)))

    days = [period.start + timedelta(days=n) for n in range(period.days)]
    before = [FIRST - timedelta(days=1) + timedelta(days=n) for n in range((period.start - FIRST).days + 1)]
    history, states = [paid(at) for at in before], [paid(at) for at in days]
    opening, closing = history[-1], states[-1]
    ever = any(history)
    old = next((state for state in reversed(history) if state), 0)
    losses = sum(1 for one, two in zip([opening, *states], states, strict=False) if one and not two)
    base = opening or (old if ever else closing)
    return {
        "mrr": closing,
        "new_mrr": closing if not opening and not ever else 0,
        "reactivation_mrr": old if not opening and closing and ever else 0,
        "expansion_mrr": max(closing - base, 0) if closing else 0,
        "contraction_mrr": max(base - closing, 0) if closing else 0,
        "churned_mrr": opening if not closing else 0,
        "net_new_mrr": closing - opening,
        "start": opening,
        "retained": closing if opening else 0,
        "kept": min(opening, closing),
        "customers": int(closing > 0),
        "at_start": int(opening > 0),
        "lost": int(opening > 0 and not closing),
        "early": int(not ever and any(states) and not closing),
        "losses": losses,
        "first": int(not ever and any(states)),
    }
