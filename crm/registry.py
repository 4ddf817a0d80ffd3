"""What higher apps hang into the shell and the pages of lower ones.

Every app registers in its `panels.py`, which is imported when Django is ready, so that imports keep running one way:
`accounts` renders the panels of an account without knowing that `leads` has deals.

    registry.nav("leads", _("Leads"), "lead_list", icon="leads", order=20, phone=True)
    registry.panel("accounts.Account", "deals", panels.deals_of_account, order=30)
    registry.today("overdue", today.overdue, "leads/_today_overdue.html", order=10)
    registry.timeline("deal.won", icon="deal", text=timeline.deal_won)
    registry.search("leads.Lead", search.leads)
    registry.create(_("New lead"), "lead_create", key="l")

Registering the same key again replaces the entry, which makes autoreload and tests harmless. Labels are lazy
translations. Roles name who sees an entry; None means everybody who is signed in.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

MAIN, NUMBERS, SETUP = "main", "numbers", "setup"
SECTIONS = {MAIN: "", NUMBERS: _("Numbers"), SETUP: _("Setup")}


@dataclass(frozen=True)
class Nav:
    """A page in the sidebar; on a phone the first four with `phone` stand in the tab bar, the rest on "More"."""

    key: str
    label: Any
    url_name: str
    icon: str
    section: str
    order: int
    roles: frozenset[str] | None
    badge: Callable[[Any], int | None] | None  # called with the user, on every page: keep it one cheap query
    phone: bool
    letter: str  # "g" and this letter go there

    @property
    def url(self) -> str:
        return page_url(self.url_name)


@dataclass(frozen=True)
class Panel:
    """A block on the detail page of another app's record.

    `loader(record, user) -> context` is rendered with `template` by the page that shows the record, or `url_name`
    (reversed with the record's pk) is fetched by htmx after the page has loaded.
    """

    model: str
    key: str
    loader: Callable[[Any, Any], dict | None] | None
    template: str
    url_name: str
    title: Any
    order: int
    roles: frozenset[str] | None
    side: bool  # in the narrow facts column (True) or above the timeline (False)


@dataclass(frozen=True)
class TodaySection:
    """A section of Today: `loader(user) -> context`, or None where there is nothing worth a line."""

    key: str
    loader: Callable[[Any], dict | None]
    template: str
    order: int
    roles: frozenset[str] | None
    side: bool


@dataclass(frozen=True)
class TimelineKind:
    """How an event of one kind reads on a timeline: an icon and `text(event) -> str`, or a lazy translation."""

    kind: str
    icon: str
    text: Any
    template: str
    group: str  # talk, mail, ticket, survey, money or change: the filter above the timeline

    def say(self, event: Any) -> Any:
        return self.text(event) if callable(self.text) else self.text


@dataclass(frozen=True)
class Hit:
    """One search result. `matched` is left to the palette, which marks the words that were typed."""

    label: str
    url: str
    note: str = ""  # what it is: "contact at Blauwerk"
    icon: str = "search"
    fact: str = ""  # right-aligned: a value, "seen yesterday"
    tone: str = ""  # "", good, bad, warn


@dataclass(frozen=True)
class Search:
    """`loader(query, user, limit) -> iterable of Hit`, reading only what the user may see."""

    model: str
    loader: Callable[[str, Any, int], Iterable[Hit]]
    group: str  # records or numbers
    order: int
    roles: frozenset[str] | None


@dataclass(frozen=True)
class Create:
    """A "New …" action of the palette; "+" and then the key opens it."""

    label: Any
    url_name: str
    key: str
    icon: str
    order: int
    roles: frozenset[str] | None

    @property
    def url(self) -> str:
        return page_url(self.url_name)


_navs: dict[str, Nav] = {}
_panels: dict[tuple[str, str], Panel] = {}
_today: dict[str, TodaySection] = {}
_timeline: dict[str, TimelineKind] = {}
_searches: dict[str, Search] = {}
_creates: dict[str, Create] = {}


def nav(key, label, url_name, icon, section=MAIN, order=100, roles=None, badge=None, *, phone=False, letter=""):
    """Put a page into the sidebar."""
    _navs[key] = Nav(key, label, url_name, icon, section, order, _roles(roles), badge, phone, letter or key[0])


def panel(model, key, loader=None, *, template="", url_name="", title="", order=100, roles=None, side=True):
    """Show a block on the detail page of `model` ("accounts.Account")."""
    if not url_name and not (loader and template):
        raise ValueError(f"The panel {key!r} needs a loader with a template, or a url_name.")
    _panels[model, key] = Panel(model, key, loader, template, url_name, title, order, _roles(roles), side)


def today(key, loader, template, order=100, roles=None, *, side=False):
    """Add a section to Today."""
    _today[key] = TodaySection(key, loader, template, order, _roles(roles), side)


def timeline(kind, icon, text, *, template="", group="change"):
    """Say how events of a kind read on a timeline."""
    _timeline[kind] = TimelineKind(kind, icon, text, template, group)


def search(model, loader, *, group="records", order=100, roles=None):
    """Make the records of a model (or anything else with a name and an address) findable."""
    _searches[model] = Search(model, loader, group, order, _roles(roles))


def create(label, url_name, key, *, icon="plus", order=100, roles=None):
    """Offer a "New …" action in the palette."""
    _creates[url_name] = Create(label, url_name, key, icon, order, _roles(roles))


def navs(user, section: str | None = None) -> Iterator[Nav]:
    """The user's pages in order, section by section, leaving out those whose address is not mounted."""
    wanted = SECTIONS if section is None else [section]
    return (
        entry
        for name in wanted
        for entry in _ordered((entry for entry in _navs.values() if entry.section == name), user)
        if entry.url
    )


def panels(model: str, user, *, side: bool | None = None) -> Iterator[Panel]:
    return (entry for entry in _ordered(_panels.values(), user) if entry.model == model and side in (None, entry.side))


def today_sections(user, *, side: bool | None = None) -> Iterator[TodaySection]:
    return (entry for entry in _ordered(_today.values(), user) if side in (None, entry.side))


def timeline_kind(kind: str) -> TimelineKind:
    """The registered kind, or one that reads like its name, so that no event is ever invisible."""
    return _timeline.get(kind) or TimelineKind(kind, "point", kind.replace(".", " ").replace("_", " "), "", "change")


def timeline_kinds() -> Iterator[TimelineKind]:
    return iter(_timeline.values())


def searches(user) -> Iterator[Search]:
    return _ordered(_searches.values(), user)


def creates(user) -> Iterator[Create]:
    return (entry for entry in _ordered(_creates.values(), user) if entry.url)


def page_url(url_name: str) -> str:
    """The address of a page without arguments; empty where no such page is mounted."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _roles(roles):
    return None if roles is None else frozenset(roles)


def _ordered(entries, user):
    held = frozenset(user.role_names) if user.is_authenticated else frozenset()
    return iter(
        sorted(
            (entry for entry in entries if entry.roles is None or entry.roles & held),
            key=lambda entry: entry.order,
        )
    )
