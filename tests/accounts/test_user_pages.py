import re

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import RoleGrant, Team, User
from tests.accounts.people import cast, state
from tests.factories.users import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


def get(client, user, name, *args):
    client.force_login(user)
    return client.get(reverse(name, args=args))


def post(client, user, page, /, *args, **data):
    client.force_login(user)
    return client.post(reverse(page, args=args), data)


def test_managers_see_their_team_and_administrators_everybody(client, people):
    def seen(user):
        return {row["record"].pk for row in get(client, user, "user_list").context["rows"]}

    assert seen(people.manager) == {people.owner.pk, people.teammate.pk, people.manager.pk}
    assert seen(people.admin) == {user.pk for user in vars(people).values()}
    for who in (people.owner, people.agent):
        assert get(client, who, "user_list").status_code == 403


@pytest.mark.parametrize("who", ["owner", "agent", "manager"])
def test_only_administrators_change_users(client, people, who):
    user = getattr(people, who)
    before = state(User, RoleGrant, Team)
    data = {"name": "Me", "email": "me@example.test", "language": "en", "roles": ["admin"]}
    for name, args in [
        ("user_create", []), ("user_edit", [user.pk]), ("team_create", []), ("team_edit", [user.team_id]),
        ("user_deactivate", [people.teammate.pk]), ("user_activate", [people.teammate.pk]), ("user_invite", [people.teammate.pk]),
    ]:  # fmt: skip
        assert post(client, user, name, *args, **data).status_code in (403, 404), name
    ignored = ("last_login",)
    after = state(User, RoleGrant, Team)
    for rows in (before["accounts.User"], after["accounts.User"]):
        for row in rows:
            for column in ignored:
                row.pop(column)
    assert after == before
    assert mail.outbox == []


def test_an_invitation_lets_somebody_set_a_password(client, people):
    data = {
        "name": "Nina New",
        "email": "Nina@Example.test",
        "team": people.owner.team_id,
        "language": "fr",
        "roles": ["rep", "agent"],
    }
    post(client, people.admin, "user_create", **data)
    nina = User.objects.get(email="nina@example.test")
    assert (nina.role_names, nina.team, nina.language) == ({"rep", "agent"}, people.owner.team, "fr")
    assert [message.to for message in mail.outbox] == [["nina@example.test"]]
    assert re.search(r"http://\S+/auth/password/reset/key/\S+", mail.outbox[0].body)
    assert mail.outbox[0].subject == "Votre accès à Tallyard"
    assert mail.outbox[0].body.startswith("Bonjour Nina New, vous pouvez désormais travailler avec Tallyard.")


def test_reset_mail_says_what_to_do(client, people):
    user = people.owner
    client.force_login(user)  # who has signed in before asks for a new password
    client.logout()
    client.post(reverse("account_reset_password"), {"email": user.email})
    client.post(reverse("account_reset_password"), {"email": "nobody@example.test"})
    found, unknown = mail.outbox
    assert (found.subject, unknown.subject) == ("A new password for Tallyard", "A new password for Tallyard")
    assert "the old password stays" in found.body
    assert "Nobody here uses this address" in unknown.body
    assert "signup" not in unknown.body


def test_roles_are_exactly_those_ticked(client, people):
    data = {"name": "Ingrid T", "email": people.teammate.email, "team": "", "language": "en", "roles": ["agent"]}
    post(client, people.admin, "user_edit", people.teammate.pk, **data)
    ingrid = User.objects.get(pk=people.teammate.pk)
    assert (ingrid.name, ingrid.role_names, ingrid.team) == ("Ingrid T", {"agent"}, None)


def test_the_last_administrator_stays(client, people):
    data = {"name": "Ada", "email": people.admin.email, "team": "", "language": "en", "roles": ["rep"]}
    assert post(client, people.admin, "user_edit", people.admin.pk, **data).status_code == 409
    assert post(client, people.admin, "user_deactivate", people.admin.pk).status_code == 409
    assert User.objects.get(pk=people.admin.pk).role_names == {"admin"}


def test_deactivating_ends_access_and_can_be_undone(client, people):
    post(client, people.admin, "user_deactivate", people.teammate.pk)
    assert not User.objects.get(pk=people.teammate.pk).is_active
    post(client, people.admin, "user_activate", people.teammate.pk)
    assert User.objects.get(pk=people.teammate.pk).is_active


def test_a_taken_address_is_said_at_its_field(client, people):
    data = {"name": "Twin", "email": people.owner.email.upper(), "language": "en", "roles": ["rep"]}
    response = post(client, people.admin, "user_create", **data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["email"]


def test_the_profile_changes_oneself_and_only_what_is_one_s_own(client, people):
    before = people.owner.email
    data = {
        "name": "Nadia F",
        "language": "es",
        "theme": "dark",
        "email": "other@example.test",
        "roles": ["admin"],
        "team": "",
    }
    response = post(client, people.owner, "profile", **data)
    nadia = User.objects.get(pk=people.owner.pk)
    assert response.status_code == 302
    assert (nadia.name, nadia.language, nadia.theme) == ("Nadia F", "es", "dark")
    assert (nadia.email, nadia.role_names, nadia.team) == (before, {"rep"}, people.owner.team)
    assert response.cookies["theme"].value == "dark"


def test_teams(client, people):
    post(client, people.admin, "team_create", name="West", manager=people.manager.pk, region="Atlantic")
    west = Team.objects.get(name="West")
    assert (west.manager, west.region) == (people.manager, "Atlantic")
    assert post(client, people.admin, "team_create", name="West", region="").status_code == 422
    post(client, people.admin, "team_edit", west.pk, name="Far West", manager="", region="")
    west.refresh_from_db()
    assert (west.name, west.manager) == ("Far West", None)


def test_a_user_without_roles_has_nothing(client):
    nobody = UserFactory()
    for name in ("account_list", "subscription_list", "user_list"):
        assert get(client, nobody, name).status_code == 403
