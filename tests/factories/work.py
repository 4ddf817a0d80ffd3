import factory
from django.utils import timezone

from leads.actions import activities, tasks
from leads.models import Activity, Task
from tests.factories.by_action import ByAction


class ActivityFactory(ByAction):
    """A note, about the `lead`, `deal` or `account` that has to be given."""

    class Meta:
        model = Activity

    kind = Activity.Kind.NOTE
    act = staticmethod(activities.log)


class TaskFactory(ByAction):
    """Due today, in UTC."""

    class Meta:
        model = Task

    title = factory.Sequence(lambda n: f"Task {n}")
    due_on = factory.LazyFunction(lambda: timezone.now().date())
    act = staticmethod(tasks.add)
