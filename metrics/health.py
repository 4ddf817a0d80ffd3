from django.db.models import Max
from django.utils import timezone

from crm import health
from metrics.models import Snapshot

LATE = 26 * 3600  # seconds: a night and some catching up


def last_snapshot():
    """How long ago a number was last published."""
    latest = Snapshot.objects.aggregate(latest=Max("computed_at"))["latest"]
    if latest is None:
        return health.Check(health.DEGRADED, "There is no snapshot yet: the nightly task makes the first.")
    age = int((timezone.now() - latest).total_seconds())
    if age > LATE:
        return health.Check(health.DEGRADED, "No snapshot last night: are scheduler and worker running?", age)
    return health.Check(health.OK, "seconds since the last snapshot", age)


health.register("snapshots", last_snapshot)
