import factory

from accounts.actions import users
from accounts.models import Team, User
from tests.factories.by_action import ByAction


class TeamFactory(ByAction):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    act = staticmethod(users.add_team)


class UserFactory(ByAction):
    """Signs in with the password "password"; without `roles` a user may do nothing."""

    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"User {n}")
    email = factory.Sequence(lambda n: f"user{n}@example.test")
    password = "password"
    roles = ()
    act = staticmethod(users.add)
