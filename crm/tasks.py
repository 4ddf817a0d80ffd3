"""What Celery may be asked to do. Arguments are ids; each task asks the database what there is to do."""

from celery import shared_task


@shared_task(ignore_result=True)
def dispatch():
    from crm import events  # leaf

    events.dispatch()


@shared_task(ignore_result=True)
def run_job(job_id):
    from crm import jobs  # leaf

    jobs.run(job_id)


@shared_task(ignore_result=True)
def sweep():
    from crm import jobs  # leaf

    jobs.sweep()


@shared_task(ignore_result=True)
def purge():
    """Daily: what has been kept for long enough."""
    from crm import idempotency, jobs, trash  # leaf

    trash.purge()
    jobs.purge()
    idempotency.purge()
