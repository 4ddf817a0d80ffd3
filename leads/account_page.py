"""What the page of an account shows of selling in its fixed places: the next step on top, the composer above the
timeline."""

from crm import policy
from leads.models import Activity, Task


def next_step(account, user):
    """The first open task about the account itself, if the reader may see one."""
    tasks = Task.objects.visible_to(user).open().filter(account=account)
    task = tasks.select_related("owner", "contact").order_by("due_on", "due_time", "pk").first()
    return {"next": task, "may_change": policy.may(user, policy.WRITE, task)} if task else None


def composer(account, user):
    """A place to write what happened, for those who log activities."""
    return {"account": account} if policy.may_create(user, Activity) else None
