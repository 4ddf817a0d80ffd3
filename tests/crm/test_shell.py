import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse

from accounts.models import User
from crm import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep(db):
    return User.objects.create_user("rep@example.test", "a long secret", roles=["rep"], name="Nadia Ferrand")


def render(source, **context):
    request = RequestFactory().get(context.pop("path", "/"))
    request.user = context.pop("user", AnonymousUser())
    return Template("{% load tallyard %}" + source).render(Context({"request": request} | context))


@pytest.fixture
def own_registry(monkeypatch):
    """An empty registry, so that tests do not depend on what the apps hang in."""
    reverse("search")  # whatever registers when the addresses are loaded has done so now
    for store in ("_navs", "_panels", "_today", "_timeline", "_searches", "_creates"):
        monkeypatch.setattr(registry, store, {})


# The registry


def test_nav_shows_each_role_its_pages_in_order(own_registry, rep):
    registry.nav("b", "Second", "search", "search", order=20)
    registry.nav("a", "First", "more", "menu", order=10)
    registry.nav("c", "For others", "settings", "settings", order=5, roles=["manager"])
    registry.nav("d", "Nowhere", "no_such_page", "point", order=1)
    registry.nav("e", "Numbers", "settings", "kpis", section=registry.NUMBERS, order=1)
    assert [entry.key for entry in registry.navs(rep)] == ["a", "b", "e"]
    assert list(registry.navs(AnonymousUser(), registry.SETUP)) == []


def test_registering_again_replaces(own_registry, rep):
    registry.nav("a", "Old", "more", "menu")
    registry.nav("a", "New", "more", "menu")
    assert [entry.label for entry in registry.navs(rep)] == ["New"]


def test_panel_needs_something_to_show(own_registry):
    with pytest.raises(ValueError, match="loader with a template"):
        registry.panel("accounts.Account", "deals")


def test_unknown_timeline_kind_reads_like_its_name(own_registry):
    assert registry.timeline_kind("lead.stage_changed").say(None) == "lead stage changed"


# Components


def test_delta_judges_by_direction_and_says_so():
    up, down = render("{% delta 0.016 'percent' 'lower' %}"), render("{% delta -3120 'duration' 'lower' %}")
    assert 'class="delta bad"' in up and "▲ 1.6\N{NO-BREAK SPACE}pt worse" in up
    assert 'class="delta good"' in down and "▼ 52\N{NO-BREAK SPACE}min better" in down
    assert "unchanged" in render("{% delta 0 %}")
    assert render("{% delta missing %}") == ""


def test_figure_sets_the_unit_smaller():
    assert render("{% figure value 'percent' %}", value=0.038) == "3.8<small>%</small>"
    assert render("{% figure value 'percent' %}", value=None) == "—"


def test_bullet_without_bands_is_flat():
    assert render("{% bullet v=35 p=30 %}") == (
        '<span class="bullet flat" style="--v:35.0%;--p:30.0%" aria-hidden="true"><i></i><u></u></span>'
    )


def test_components_escape_what_people_typed():
    assert "&lt;b&gt;" in render("{% pill text %}{% tag text %}", text="<b>")
    assert "<script" not in render("{% face person %}", person='"><script>')


def test_sort_head_turns_round_and_forgets_the_page():
    first = render("{% sort 'score' 'Score' %}", path="/?q=ab&after=xyz")
    again = render("{% sort 'score' 'Score' %}", path="/?sort=score")
    assert 'href="?q=ab&amp;sort=score"' in first and 'aria-sort="none"' in first
    assert 'href="?sort=-score"' in again and "Score ↓" in again


def test_marked_shows_where_the_words_begin():
    assert render("{% marked 'Atelier Champier' 'ch' %}") == "Atelier <b>Ch</b>ampier"
    assert render("{% marked label 'b' %}", label="<b>x</b>") == "&lt;<b>b</b>&gt;x&lt;/<b>b</b>&gt;"


# Pages


def test_every_page_of_the_shell_answers(client, rep):
    client.force_login(rep)
    for name in ("search", "more", "settings"):
        response = client.get(reverse(name))
        assert response.status_code == 200, name
        html = response.content.decode()
        assert '<main id="main"' in html
        assert not re.search(r'style="(?!--)', html), f"{name} has a style that is no custom property"
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", html), f"{name} has an inline script"


def test_the_shell_is_for_those_who_signed_in(client):
    for name in ("search", "more", "settings"):
        assert client.get(reverse(name)).status_code == 302


def test_styleguide_is_hidden_in_production(client, settings):
    settings.DEMO = settings.DEBUG = False
    assert client.get(reverse("styleguide")).status_code == 404


def test_styleguide_shows_every_component(client, rep, settings):
    settings.DEMO = True
    client.force_login(rep)
    assert client.get(reverse("styleguide")).status_code == 200


def test_theme_is_kept_on_the_user_and_in_a_cookie(client, rep):
    client.force_login(rep)
    response = client.post(reverse("preferences_theme"), {"theme": "dark", "next": "/more/"})
    rep.refresh_from_db()
    assert (response.status_code, response.url, rep.theme) == (302, "/more/", "dark")
    assert 'data-bs-theme="dark"' in client.get(reverse("more")).content.decode()
    assert client.post(reverse("preferences_theme"), {"theme": "pink"}).status_code == 400


def test_language_can_be_chosen_before_signing_in(client):
    client.post(reverse("preferences_language"), {"language": "es", "next": "https://evil.example/"})
    response = client.get(reverse("account_login"))
    assert '<html lang="es"' in response.content.decode()
    assert client.post(reverse("preferences_language"), {"language": "xx"}).status_code == 400


def test_preferences_never_lead_to_another_site(client):
    response = client.post(reverse("preferences_language"), {"language": "fr", "next": "https://evil.example/"})
    assert response.url == "/"


# Search


def test_search_shows_hits_of_every_source(own_registry, client, rep):
    registry.nav("charts", "Charts", "more", "kpis")
    registry.create("New chart", "settings", "c")
    registry.search("a", lambda query, user, limit: [registry.Hit("Charlotte", "/c/", "contact")])
    registry.search("k", lambda query, user, limit: [registry.Hit("Churn", "/k/")], group="numbers")
    client.force_login(rep)
    html = client.get(reverse("search"), {"q": "ch"}, headers={"HX-Request": "true"}).content.decode()
    assert re.findall(r"<h3[^>]*>([^<]*)<", html) == ["Go to", "Numbers", "Records", "Do"]
    only = client.get(reverse("search"), {"q": "=ch"}, headers={"HX-Request": "true"}).content.decode()
    assert re.findall(r"<h3[^>]*>([^<]*)<", only) == ["Numbers"]


def test_search_stops_at_its_limit_and_says_when_nothing_is_there(own_registry, client, rep):
    registry.search("a", lambda query, user, limit: (registry.Hit(f"{query} {n}", "/") for n in range(1000)))
    client.force_login(rep)
    html = client.get(reverse("search"), {"q": "x" * 500}, headers={"HX-Request": "true"}).content.decode()
    assert html.count('role="option"') == 5
    registry._searches.clear()
    assert "Nothing found" in client.get(reverse("search"), {"q": "<zz>"}).content.decode()


# Signing in


def test_sign_in_leads_to_today_with_the_persons_language(client, rep):
    User.objects.filter(pk=rep.pk).update(language="fr", theme="dark")
    response = client.post(reverse("account_login"), {"login": rep.email, "password": "a long secret"})
    assert (response.status_code, response.url) == (302, "/")
    assert (response.cookies["django_language"].value, response.cookies["theme"].value) == ("fr", "dark")


def test_demo_logins_stand_there_in_demo_mode_only(client, settings):
    settings.DEMO = False
    assert "demo.test" not in client.get(reverse("account_login")).content.decode()
    settings.DEMO = True
    assert "rep@demo.test" in client.get(reverse("account_login")).content.decode()


def test_nobody_signs_up_by_themselves(client):
    response = client.get("/auth/signup/")
    assert "By invitation" in response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "login/",
        "password/reset/",
        "password/reset/done/",
        "password/reset/key/done/",
        "password/reset/key/x-y/",
        "logout/",
        "2fa/",
        "2fa/recovery-codes/generate/",
        "2fa/totp/activate/",
        "2fa/webauthn/",
        "2fa/webauthn/add/",
        "reauthenticate/",
        "password/change/",
    ],
)
def test_no_page_of_allauth_comes_unstyled(client, rep, path):
    if path not in ("login/", "password/reset/", "password/reset/done/"):
        client.post(reverse("account_login"), {"login": rep.email, "password": "a long secret"})
    html = client.get(f"/auth/{path}", follow=True).content.decode()
    assert "css/shell" in html and '<main id="main"' in html
    main = html[html.index("<main") : html.index("</main>")]
    assert not re.search(r'<(input|button)(?![^>]*(class=|type="hidden"))', main), path
