"""What the night does for subscriptions. Safe to run twice: what is due is asked of the database."""

from celery import shared_task


@shared_task(ignore_result=True)
def end_due():
    """End what is due to end (scheduled cancellations, used-up grace) and trials; let order customers lapse."""
    from accounts.actions import accounts, subscriptions  # leaf

    subscriptions.end_due()
    accounts.lapse()
