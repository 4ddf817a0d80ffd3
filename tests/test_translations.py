"""Spanish and French are complete, say what English says, and no page shows a word of English to their readers."""

import ast
import re
import sys
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

from accounts import countries
from leads.models import Pipeline, Stage
from metrics.forms.goals import NumberField
from tests.factories import UserFactory
from tests.system.house import furnished, named_urls

sys.path.append(str(settings.BASE_DIR / "scripts"))
import extract  # noqa: E402

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|`[^`]+`")


@cache
def strings():
    return extract.template()


@cache
def catalogue(language):
    return extract.updated(language, strings())


def forms(message):
    """(What English says, what the translation says), for the singular and every plural."""
    if not isinstance(message.id, tuple):
        return [(message.id, message.string)] if message.id and message.string else []
    return [(message.id[min(place, 1)], said) for place, said in enumerate(message.string) if said]


# The files


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated(language):
    missing = [message.id for message in extract.untranslated(catalogue(language))]
    assert missing == [], "run scripts/extract.py and translate what is new (docs/translate.md)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_placeholders_of_the_original(language):
    different = [
        (original, said)
        for message in catalogue(language)
        for original, said in forms(message)
        if sorted(PLACEHOLDER.findall(original)) != sorted(PLACEHOLDER.findall(said))
    ]
    assert different == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_end_like_the_original(language):
    """A label stays without a full stop, a sentence keeps its own, and so does the space around a part of one."""
    ending = re.compile(r"(?:[.…:]?)\s*$")
    different = [
        (original, said)
        for message in catalogue(language)
        for original, said in forms(message)
        if ending.search(original).group() != ending.search(said.rstrip("!\N{NARROW NO-BREAK SPACE}")).group()
        and not original.endswith(("!", "?", "pt"))
    ]
    assert different == []


def test_a_missing_plural_is_noticed():
    made = extract.Catalog(locale="es")
    made.add(("%(n)s lead", "%(n)s leads"), ("%(n)s lead", ""))
    made.add("Leads", "")
    made.add("Deals", "Oportunidades")
    assert [message.id for message in extract.untranslated(made)] == [("%(n)s lead", "%(n)s leads"), "Leads"]


# The sources: words that nobody marked

SHOWN = {"aria-label", "placeholder", "title", "alt", "label"}
NAMES = {"Tallyard", "OpenAPI", "demo"}  # the same in every language
WORD = re.compile(r"[A-Za-z]{3,}")


class Texts(HTMLParser):
    """What a reader sees or hears of a page: the texts between its tags and in some attributes."""

    def __init__(self, page):
        super().__init__()
        self.found, self.inside = [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found += [" ".join(value.split()) for name, value in attributes if name in SHOWN and value]
        if tag in {"script", "style", "kbd", "code", "textarea"}:
            self.inside.append(tag)

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside and data.strip():
            self.found.append(" ".join(data.split()))


def unmarked(source):
    """The words of a template that stand there as they are."""
    for pattern in [
        r"\{% comment.*?endcomment %\}",
        r"\{#.*?#\}",
        r"\{% (?:blocktranslate|block \w*class).*?endbl\w* %\}",
        r"\{%.*?%\}",
        r"\{\{.*?\}\}",
        r"\w+@demo\.test",
    ]:
        source = re.sub(pattern, "", source, flags=re.DOTALL)
    return [text for text in Texts(source).found if set(WORD.findall(text)) - NAMES]


def test_templates_mark_every_word():
    templates = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
    found = {
        path.name: words
        for path in templates
        if path.name != "styleguide.html" and (words := unmarked(path.read_text()))
    }
    assert found == {}


def test_an_unmarked_word_is_noticed():
    assert unmarked('{% if x %}<b title="Sum">{{ x }} of <kbd>Esc</kbd> all</b>{% endif %}') == ["Sum", "all"]


SPEAKING = {"Invalid", "Conflict", "Forbidden", "ValidationError", "say", "undoable"}
LABELS = {"label", "help_text", "verbose_name", "verbose_name_plural", "empty_label", "heading", "create_label"}
LABELS |= {"blank_title", "blank_text", "intro", "question", "formula"}


def is_bare(node):
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and WORD.search(node.value)
    )


def bare_texts(source):
    """Texts for people that do not pass through gettext: of refusals, notices, labels and choices."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", "") or getattr(node.func, "id", "")
            yield from (part for part in node.args[:2] if name in SPEAKING and is_bare(part))
            yield from (part.value for part in node.keywords if part.arg in LABELS and is_bare(part.value))
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in LABELS and is_bare(node.value):
            yield node.value
        elif isinstance(node, ast.ClassDef) and any("Choices" in ast.unparse(base) for base in node.bases):
            for line in node.body:
                if isinstance(line, ast.Assign) and (
                    not isinstance(line.value, ast.Tuple) or is_bare(line.value.elts[-1])
                ):
                    yield line.value


def test_python_marks_every_text():
    found = {
        str(path.relative_to(settings.BASE_DIR)): [ast.unparse(node) for node in nodes]
        for path, text in extract.sources()
        if path.suffix == ".py" and path.name != "styleguide.py"
        if (nodes := list(bare_texts(text)))
    }
    assert found == {}


def test_a_bare_text_is_noticed():
    source = 'raise Invalid("Too late.")\nx = Field(label="Price", help_text=_("Net"))\nclass A(TextChoices):\n  B = "b", "Bee"'
    assert sorted(ast.unparse(node) for node in bare_texts(source)) == ["'Price'", "'Too late.'", "('b', 'Bee')"]


# The pages

DATA = {"English", "Mine", "Website"}  # a language's own name, and names in the house


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    with furnished(django_db_blocker) as house:
        Pipeline.objects.update(name="X")  # what a company calls its stages is data
        for stage in Stage.objects.all():
            Stage.objects.filter(pk=stage.pk).update(name=f"X{stage.position}")
        yield house


def english(language):
    """What must not be read in this language: the texts that it puts otherwise, and a pattern of those with gaps."""
    pairs = [pair for message in catalogue(language) for pair in forms(message)]
    said = {spelt for _original, form in pairs for spelt in (form, capfirst(form))}
    texts, patterns = set(), []
    for original, _form in pairs:
        original = " ".join(original.split())
        if original in said or original in DATA:
            continue
        pieces = PLACEHOLDER.split(original)
        if len(pieces) == 1:
            texts.add(original)
        elif len(re.findall(r"[A-Za-z]{2,}", " ".join(pieces))) > 1:
            patterns.append(".+?".join(map(re.escape, pieces)))
    return texts, re.compile("|".join(patterns))


def pages(house):
    """Every page, its address and who opens it: an administrator, and a stranger where signing in is the matter."""
    for name, (arguments, methods) in sorted(named_urls().items()):
        if "GET" in methods and not name.startswith(("api", "schema", "styleguide")):
            role = "anonymous" if name.startswith("account_") and name != "account_list" else "admin"
            yield name, house.address(name, arguments), house.clients[role]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_shows_english(house, language):
    texts, pattern = english(language)
    left, seen = {}, 0
    for name, address, client in pages(house):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        with transaction.atomic():
            response = client.get(address)
            is_page = response["Content-Type"].startswith("text/html") and not response.streaming
            transaction.set_rollback(True)
        if is_page and response.content:
            seen += 1
            found = Texts(response.content.decode()).found
            if words := {text for text in found if text in texts or pattern.fullmatch(text)}:
                left[name] = words
    assert left == {}
    assert seen > 80


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "text"), [("en", "7.5"), ("es", "7,5"), ("fr", "7,5")])
def test_a_number_is_typed_as_it_is_shown(language, text):
    with translation.override(language):
        field = NumberField()
        assert field.prepare_value(Decimal("7.500")) == text
        assert field.clean(text) == Decimal("7.5")


@pytest.mark.parametrize(("language", "first"), [("en", "Germany"), ("es", "Alemania"), ("fr", "Allemagne")])
def test_countries_stand_where_one_looks_for_them(language, first):
    with translation.override(language):
        names = [name for _code, name in countries.by_name()]
        assert first in names
        assert [name[0] for name in names if name[0] in "ABEZ"] == sorted(
            name[0] for name in names if name[0] in "ABEZ"
        )
        assert countries.choices()[0] == ("", "—")


@pytest.mark.django_db
def test_a_mail_is_written_in_its_readers_language(house, monkeypatch):
    spoken = []
    monkeypatch.setattr(
        DefaultAccountAdapter,
        "render_mail",
        lambda *arguments: spoken.append(translation.get_language()) or EmailMessage(),
    )
    house.clients["admin"].cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    user = UserFactory(language="fr")
    assert house.clients["admin"].post(reverse("user_invite", args=[user.pk])).status_code == 302
    assert spoken == ["fr"]
