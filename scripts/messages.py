"""Compile the translations that changed: locale/*/LC_MESSAGES/*.po to .mo, without needing gettext."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


def main():
    for source in sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        half = target.with_suffix(f".{os.getpid()}")  # nobody reads a file half written
        with source.open("rb") as po, half.open("wb") as mo:
            write_mo(mo, read_po(po))
        half.replace(target)


if __name__ == "__main__":
    main()
