"""Compile the translations that changed: locale/*/LC_MESSAGES/*.po to .mo, without needing gettext."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


def main():
    for source in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as po, target.open("wb") as mo:
            write_mo(mo, read_po(po))


if __name__ == "__main__":
    main()
