"""The night. Beat ticks every quarter of an hour; what is due is asked of the database, so no tick matters."""

from celery import shared_task


@shared_task(ignore_result=True)
def nightly():
    """End what is due to end, publish what is due, look at the goals. Safe to run twice, or twice at once."""
    from accounts.tasks import end_due  # leaf
    from metrics.actions import goals, snapshots  # leaf

    end_due()
    snapshots.catch_up()
    goals.evaluate_all()
