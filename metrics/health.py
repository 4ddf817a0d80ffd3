"""/readyz: whether the numbers of yesterday have been published."""

from django.db.models import Min
from django.utils import timezone

from crm import health
from crm.models import Company
from crm.periods import Grain, day_bounds
from metrics.models import SnapshotProgress

ALLOWED = 2 * 3600  # seconds after local midnight by which the night should be over


def snapshots():
    company = Company.current()
    today = company.today()
    reached = SnapshotProgress.objects.filter(grain=Grain.DAY).aggregate(least=Min("until"))["least"]
    since_midnight = (timezone.now() - day_bounds(today, company.time_zone)[0]).total_seconds()
    if reached is None:
        return health.Check(health.DEGRADED, "Nothing has been published yet: is a worker running?")
    behind = (today - reached).days
    if behind > 1 or (behind == 1 and since_midnight > ALLOWED):
        return health.Check(health.DEGRADED, "Snapshots are missing: the night has not run.", behind)
    return health.Check(health.OK, f"published up to {reached}", max(behind, 0))


health.register("snapshots", snapshots)
