"""One declaration per noun serves its page, its export and its API.

A list is declared once (docs/architecture.md) and asked once per request: ``LeadList(user, request.GET)`` reads every
parameter, refuses what it does not know, and then gives rows, page, chips and counts. It always starts at
``visible_to(user)``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm import policy
from crm.columns import Column
from crm.filters import BadQuery, Bool, Choice, Custom, Dates, Filter, IsNull, Range, Ref, refuse
from crm.keyset import SIZE, Keyset, Page, capped_count, size_of

__all__ = [
    "Action", "BadQuery", "Bool", "Choice", "Column", "Custom", "Dates", "Filter", "IsNull", "List", "Range", "Ref",
    "View",
]  # fmt: skip

OWN_PARAMETERS = ("q", "sort", "after", "size", "view", "saved", "panel")
MOST_WORDS, LONGEST_SEARCH = 8, 100
ALL = "all"  # the view without a preset, which every list has


@dataclass(frozen=True)
class View:
    """A preset shown as a tab: `View(_("Mine"), {"owner": "me", "sort": "score"})`."""

    label: Any
    query: dict[str, Any]


@dataclass(frozen=True)
class Action:
    """Something done to selected rows, or to one cell (`Column(edit=…)`).

    `run(records, value, by)` is called in one transaction with rows this user may change, and returns a sentence, or a
    sentence and the address that undoes it. Where it needs a value, `options(user)` lists what there is to choose from.
    """

    key: str
    label: Any
    run: Callable[[list, str, Any], Any]
    options: Callable[[Any], Iterable[tuple[Any, Any]]] | None = None
    letter: str = ""
    roles: frozenset[str] | None = None


@dataclass
class Query:
    """What was asked for, read and found good."""

    search: str = ""
    sort: str = ""
    after: str = ""
    size: int = SIZE
    view: str = ""
    saved: str = ""
    panel: str = ""
    values: dict[str, Any] = field(default_factory=dict)  # filter name → value
    given: dict[str, list[str]] = field(default_factory=dict)  # the filters' parameters, presets unfolded


class List:
    """Subclass, declare, and instantiate per request."""

    model: ClassVar[Any]  # a model whose manager asks the policy
    name: ClassVar[str] = ""  # by default the model's plural, as the navigation entries are called: "leads"
    title: ClassVar[Any] = ""
    columns: ClassVar[list[Column]] = []
    exported: ClassVar[list[Column]] = []  # what an export has beside the columns of the page
    filters: ClassVar[list[Filter]] = []
    sorts: ClassVar[dict[str, list[str]]] = {}
    default_sort: ClassVar[str] = ""
    views: ClassVar[dict[str, Any]] = {}
    default_view: ClassVar[str] = ""  # shown by the page when nothing was asked for
    search: ClassVar[bool] = False
    related: ClassVar[tuple[str, ...]] = ()  # select_related: what the columns read
    actions: ClassVar[list[Action]] = []
    can_export: ClassVar[bool] = True
    create_url: ClassVar[str] = ""
    create_label: ClassVar[Any] = ""
    import_url: ClassVar[str] = ""
    blank_title: ClassVar[Any] = ""
    blank_text: ClassVar[Any] = ""
    calm: ClassVar[bool] = False  # nothing in the default view is good news, and the blank texts say so
    size: ClassVar[int] = SIZE

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "model" not in vars(cls):
            return
        cls.name = cls.name or f"{cls.model._meta.model_name}s"
        cls.title = cls.title or cls.model._meta.verbose_name_plural
        cls.sorts = cls.sorts or {"newest": ["-" + cls.model._meta.pk.name]}
        cls.default_sort = cls.default_sort or next(iter(cls.sorts))
        cls.views = {
            key: view if isinstance(view, View) else View(capfirst(key.replace("_", " ")), view)
            for key, view in cls.views.items()
        }
        for part in cls.filters:
            part.bind(cls.model)
        for column in [*cls.columns, *cls.exported]:
            column.bind(cls.model, cls.sorts)

    def __init__(self, user, parameters=None, *, is_page=False, extra: Iterable[str] = ()):
        """`parameters` is a QueryDict or a dict of lists; `extra` are parameters that somebody else reads."""
        self.user = user
        self.query = self._read(_as_lists(parameters or {}), is_page, set(extra))

    # What was asked for

    def _read(self, given: dict[str, list[str]], is_page: bool, extra: set[str]) -> Query:
        of_filters = {name for part in self.filters for name in part.parameters}
        for name in given:
            if name not in of_filters and name not in OWN_PARAMETERS and name not in extra:
                refuse(name, _("There is no filter called “%(name)s” here.") % {"name": name[:60]})
        query = Query(view=_single(given, "view"), saved=_single(given, "saved"), panel=_single(given, "panel"))
        if is_page and not query.view and not (set(given) & (of_filters | {"q", "saved"})):
            query.view = self.default_view
        given = self._unfold(given, query.view)
        query.given = {name: texts for name, texts in given.items() if name in of_filters and any(texts)}
        query.search = self._search_words(_single(given, "q"))
        query.sort = self._sort_key(_single(given, "sort"))
        query.after = _single(given, "after")
        query.size = size_of(_single(given, "size"), self.size)
        for part in self.filters:
            value = part.read(given, self.user)
            if value is not None:
                query.values[part.name] = value
        return query

    def _unfold(self, given, key):
        """A view's parameters, those given by hand winning over them, filter by filter."""
        if not key or key == ALL and ALL not in self.views:
            return given
        if key not in self.views:
            refuse("view", _("There is no view called “%(name)s” here.") % {"name": key[:60]})
        preset = _as_lists(self.views[key].query)
        for part in self.filters:
            if any(name in given for name in part.parameters):
                for name in part.parameters:
                    preset.pop(name, None)
        return preset | given

    def _search_words(self, text):
        if text and not self.search:
            refuse("q", _("This list cannot be searched."))
        if len(text) > LONGEST_SEARCH:
            refuse("q", _("Please search for fewer letters."))
        return text.strip()

    def _sort_key(self, text):
        if text and text.removeprefix("-") not in self.sorts:
            refuse("sort", _("This list cannot be sorted by “%(name)s”.") % {"name": text[:60]})
        return text or self.default_sort

    @property
    def order(self) -> list[str]:
        """The sort's terms, turned round where the key has a minus."""
        declared = self.sorts[self.query.sort.removeprefix("-")]
        if not self.query.sort.startswith("-"):
            return declared
        return [term.removeprefix("-") if term.startswith("-") else f"-{term}" for term in declared]

    # What there is

    def base(self):
        """Everything the user may see; override to annotate."""
        queryset = self.model.objects.visible_to(self.user)
        return queryset.select_related(*self.related) if self.related else queryset

    @cached_property
    def rows(self):
        """The rows that were asked for, all pages of them, not yet sorted."""
        queryset = self.base()
        for part in self.filters:
            if part.name in self.query.values:
                queryset = part.apply(queryset, self.query.values[part.name], self.user)
        for word in self.query.search.casefold().split()[:MOST_WORDS]:
            queryset = queryset.filter(search_text__contains=word)
        return queryset

    @cached_property
    def keyset(self):
        return Keyset(self.rows, self.order, name=self.name)

    @cached_property
    def page(self) -> Page:
        return self.keyset.page(self.query.after, self.query.size)

    @cached_property
    def count(self) -> tuple[int, bool]:
        """How many rows, up to a thousand, and whether there are more; none asked where the page says it."""
        if not self.query.after and self.page.next is None:
            return len(self.page.rows), False
        return capped_count(self.rows.select_related(None))

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query.values or self.query.search)

    @property
    def is_as_opened(self) -> bool:
        """Whether it shows its default view and nothing narrower."""
        preset = self.views.get(self.default_view)
        if not preset or self.query.view != self.default_view or self.query.search:
            return False
        return set(self.query.given) == set(preset.query) - set(OWN_PARAMETERS)

    @classmethod
    def is_open_to(cls, user) -> bool:
        """Whether some role of the user may read such records at all."""
        return any(policy.rule_for(cls.model, policy.READ, role) is not policy.nothing for role in user.role_names)

    def may_export(self) -> bool:
        return self.can_export and bool({"manager", "admin"} & set(self.user.role_names))

    def available_actions(self) -> list[Action]:
        held = set(self.user.role_names)
        return [action for action in self.actions if action.roles is None or action.roles & held]

    def action(self, key) -> Action:
        for action in self.available_actions():
            if action.key == key:
                return action
        raise BadQuery(_("There is no such action here."), fields={"action": [str(key)[:60]]})

    # Addresses

    def url(self, **changes) -> str:
        """This list with some parameters changed (None drops one); presets are written out."""
        parameters = {"q": self.query.search, "sort": self.query.sort} | self.query.given
        if self.query.sort == self.default_sort:
            parameters.pop("sort")
        if self.query.size != self.size:
            parameters["size"] = self.query.size
        parameters |= changes
        kept = {name: value for name, value in parameters.items() if value not in (None, "", [])}
        if self.default_view and not kept.keys() - {"sort", "size", "after", "panel"}:
            kept["view"] = ALL  # or the default view would come back
        return "?" + urlencode(kept, doseq=True)

    def without(self, part: Filter) -> str:
        return self.url(**dict.fromkeys(part.parameters))

    def chips(self) -> list[dict]:
        """The filters in force, in words, each with the address that takes it away."""
        chips = [
            {
                "label": part.label,
                "value": part.say(self.query.values[part.name], self.user),
                "remove_url": self.without(part),
            }
            for part in self.filters
            if part.name in self.query.values
        ]
        if self.query.search:
            url = self.url(q=None)
            chips.insert(0, {"label": _("Search"), "value": self.query.search, "remove_url": url})
        return chips

    def tabs(self, saved: Iterable = ()) -> list[dict]:
        tabs = [
            {"label": preset.label, "url": f"?view={key}", "on": self.query.view == key}
            for key, preset in self.views.items()
        ]
        if ALL not in self.views:
            is_on = not self.is_narrowed and not self.query.view.replace(ALL, "") and not self.query.saved
            tabs.append({"label": _("All"), "url": f"?view={ALL}", "on": is_on})
        for view in saved:
            own = view.owner_id == self.user.pk
            tabs.append(
                {
                    "label": view.name,
                    "url": f"?{view.query}{'&' if view.query else ''}saved={view.pk}",
                    "on": self.query.saved == str(view.pk),
                    "n": "" if own else _("shared"),
                }
            )
        return tabs


def _as_lists(parameters) -> dict[str, list[str]]:
    if hasattr(parameters, "lists"):
        return dict(parameters.lists())
    if isinstance(parameters, str):
        return parse_qs(parameters)
    return {
        name: [str(text) for text in value] if isinstance(value, (list, tuple, set)) else [str(value)]
        for name, value in parameters.items()
    }


def _single(given, name) -> str:
    texts = [text for text in given.get(name, []) if text != ""]
    if len(texts) > 1:
        refuse(name, _("Only one value is possible here."))
    return texts[0] if texts else ""
