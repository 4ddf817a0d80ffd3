"""The published numbers in a shape that can be compared."""

from metrics.actions import snapshots
from metrics.models import Snapshot, SnapshotProgress


def rows():
    """`{place: (numerator, denominator, version, open?)}`; closed and restated are the same number."""
    return {
        (row.kpi, row.grain, row.start, row.dimension, row.member): (
            row.numerator,
            row.denominator,
            row.version,
            row.state == Snapshot.State.PROVISIONAL,
        )
        for row in Snapshot.objects.current()
    }


def fresh_rebuild(today=None):
    """What comes out of the records alone."""
    Snapshot.objects.all().delete()
    SnapshotProgress.objects.all().delete()
    snapshots.rebuild(today=today)
    return rows()
