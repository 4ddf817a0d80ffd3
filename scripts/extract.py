"""Bring locale/*/LC_MESSAGES/django.po in step with the strings in Python and templates (docs/translate.md).

    python scripts/extract.py           all languages
    python scripts/extract.py es        one of them
    python scripts/extract.py --missing tells what still has to be translated, and writes nothing

Needs no gettext. What is translated stays, what is new comes without a translation, what is gone goes; nothing
is guessed. The files carry neither line numbers nor dates, so a diff shows only what changed.
"""

import argparse
import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ["crm", "accounts", "leads", "support", "surveys", "metrics"]
LANGUAGES = ["es", "fr"]
KEYWORDS = DEFAULT_KEYWORDS | {
    f"{name}{kind}": DEFAULT_KEYWORDS[name]
    for name in ["gettext", "ngettext", "pgettext", "npgettext"]
    for kind in ["_lazy", "_noop"]
}
HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: Tallyard\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


def sources():
    """Each file with strings in it, and its text as Python."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, path.read_text("utf-8")
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            # In brackets, where indentation means nothing to Python.
            yield path, f"({templatize(path.read_text('utf-8'), origin=str(path))}\n)"


def template():
    """A catalogue of every string the code asks for."""
    catalogue = Catalog()
    for path, text in sources():
        file = str(path.relative_to(ROOT))
        found = extract("python", io.BytesIO(text.encode()), KEYWORDS, ["Translators:"], strip_comment_tags=True)
        for line, message, comments, context in found:
            catalogue.add(message, locations=[(file, line)], auto_comments=comments, context=context)
    return catalogue


def po_file(language):
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language):
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language, strings):
    """The language's catalogue with exactly these strings."""
    catalogue = read(language)
    catalogue.update(strings, no_fuzzy_matching=True)
    return catalogue


def text(catalogue):
    """The .po file: by the first file that asks for a text, then by the text, so that moving code changes nothing."""
    ordered = Catalog(locale=catalogue.locale)
    for message in sorted(filter(lambda one: one.id, catalogue), key=place):
        ordered[message.id] = message
    output = io.BytesIO()
    write_po(output, ordered, omit_header=True, include_lineno=False, ignore_obsolete=True, width=100)
    header = HEADER.format(language=catalogue.locale_identifier, plural_forms=catalogue.plural_forms)
    return header + output.getvalue().decode()


def place(message):
    files = [file for file, _line in message.locations]
    return min(files, default=""), message.id if isinstance(message.id, str) else message.id[0], message.context or ""


def untranslated(catalogue):
    """The messages that lack a translation or one of its plurals, and those marked as doubtful."""
    for message in catalogue:
        forms = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        if message.id and (message.fuzzy or not all(forms)):
            yield message


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("languages", nargs="*", default=LANGUAGES, metavar="LANGUAGE")
    parser.add_argument("--missing", action="store_true")
    options = parser.parse_args()
    strings = template()
    for language in options.languages:
        catalogue = updated(language, strings)
        missing = list(untranslated(catalogue))
        if options.missing:
            for message in missing:
                print(f"{language}: {message.id!r}")
        else:
            path = po_file(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text(catalogue), "utf-8")
        print(f"{language}: {len(catalogue)} messages, {len(missing)} to translate")


if __name__ == "__main__":
    main()
