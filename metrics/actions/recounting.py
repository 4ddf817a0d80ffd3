"""What a change of the company's settings means for what has been published."""

from django.db import transaction

from crm.periods import Grain
from metrics.models import Snapshot, SnapshotProgress

MOVED = {"week_start": [Grain.WEEK], "fiscal_start_month": [Grain.QUARTER, Grain.YEAR]}  # periods begin on other days
COUNTED = {"active_rule", "active_order_days", "discount_percent"}  # the same periods, counted in another way


@transaction.atomic
def after(fields) -> None:
    """Let the next night publish anew what these settings changed. What had been reported stays, as earlier rows."""
    moved = [grain for field in fields for grain in MOVED.get(field, [])]
    Snapshot.objects.current().filter(grain__in=moved).update(is_current=False)
    SnapshotProgress.objects.filter(grain__in=moved).delete()
    if COUNTED & set(fields):
        SnapshotProgress.objects.all().delete()
