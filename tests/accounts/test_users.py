import pytest
from django.test import Client

from accounts.actions import users
from accounts.models import RoleGrant, User
from crm import apikeys
from crm.exceptions import Conflict, Forbidden, Invalid
from crm.models import ApiKey, Event
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("midsummer")]


def roles_of(user):
    return set(RoleGrant.objects.filter(user=user).values_list("role", flat=True))


def test_nobody_grants_what_they_lack():
    manager = UserFactory(roles=["manager"])
    other = UserFactory(roles=["rep"])
    before = Event.objects.count()
    for roles in (["admin"], ["rep", "agent"], ["manager"]):
        with pytest.raises(Forbidden):
            users.set_roles(other, roles, by=manager)
    with pytest.raises(Forbidden):
        users.add(email="new@example.test", name="New", roles=["admin"], by=manager)
    assert roles_of(other) == {"rep"}
    assert User.objects.count() == 2 and Event.objects.count() == before


def test_an_administrator_grants_everything():
    admin, other = UserFactory(roles=["admin"]), UserFactory(roles=["rep"])
    users.set_roles(other, ["manager", "agent"], by=admin)
    assert roles_of(other) == {"manager", "agent"} == set(other.role_names)


@pytest.mark.parametrize("act", ["demote", "deactivate"])
def test_losing_rights_ends_sessions_and_keys_at_once(act):
    admin, other = UserFactory(roles=["admin"]), UserFactory(roles=["manager", "rep"])
    UserFactory(roles=["admin"])
    client = Client()
    client.force_login(other)
    _key, _text = apikeys.create(other, name="key", scope="write", by=other)
    hash_before = User.objects.get(pk=other.pk).get_session_auth_hash()
    if act == "demote":
        users.set_roles(other, ["rep"], by=admin)
    else:
        users.deactivate(other, by=admin)
    assert User.objects.get(pk=other.pk).get_session_auth_hash() != hash_before
    assert not ApiKey.objects.filter(user=other, revoked_at=None).exists()


def test_more_rights_end_nothing():
    admin, other = UserFactory(roles=["admin"]), UserFactory(roles=["rep"])
    before = other.get_session_auth_hash()
    users.set_roles(other, ["rep", "manager"], by=admin)
    assert User.objects.get(pk=other.pk).get_session_auth_hash() == before


def test_the_last_administrator_stays():
    admin = UserFactory(roles=["admin"])
    for step in (lambda: users.set_roles(admin, ["rep"], by=admin), lambda: users.deactivate(admin, by=admin)):
        with pytest.raises(Conflict):
            step()
    assert roles_of(admin) == {"admin"}
    assert User.objects.get(pk=admin.pk).is_active


def test_addresses_are_unique_whatever_their_case():
    UserFactory(email="ann@example.test")
    with pytest.raises(Invalid) as refusal:
        users.add(email="Ann@Example.test", name="Ann", by=None)
    assert list(refusal.value.fields) == ["email"]
