"""Build static/vendor/icons.svg, the sprite of the icons named in crm/icons.py, from @tabler/icons."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Run rather than imported: the set-up calls this before the requirements of the crm package are there.
ICONS = runpy.run_path(str(ROOT / "crm/icons.py"))["ICONS"]


def build(source=ROOT / "node_modules/@tabler/icons/icons/outline", target=ROOT / "static/vendor/icons.svg"):
    """Write the sprite; a name Tabler does not have stops with a clear message."""
    symbols = []
    for name, tabler in sorted(ICONS.items()):
        path = source / f"{tabler}.svg"
        if not path.exists():
            raise SystemExit(f"crm/icons.py: {name!r} asks for {tabler!r}, which @tabler/icons does not have.")
        drawing = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(), re.DOTALL).group(1)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(drawing.split())}</symbol>')
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text('<svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n")


if __name__ == "__main__":
    build()
