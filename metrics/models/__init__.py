from metrics.models.expense import Expense
from metrics.models.goal import Goal
from metrics.models.snapshot import Snapshot, SnapshotProgress

__all__ = ["Expense", "Goal", "Snapshot", "SnapshotProgress"]
