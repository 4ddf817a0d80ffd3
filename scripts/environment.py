"""Make .venv hold what a hashed requirements file says; nothing to do when it already does.

    python scripts/environment.py requirements.txt

Runs on the system's Python, so it uses the standard library only. uv does the work where it is on the PATH, else pip.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def digest(requirements):
    return hashlib.sha256((ROOT / requirements).read_bytes()).hexdigest()


def stamp(requirements):
    return VENV / f".installed-{requirements}"


def is_current(requirements):
    return PYTHON.exists() and stamp(requirements).exists() and stamp(requirements).read_text() == digest(requirements)


def create():
    if uv := shutil.which("uv"):
        subprocess.run([uv, "venv", "--no-config", "--quiet", "--clear", "--python", sys.executable, VENV], check=True)
        return
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit("This Python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv")
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)


def install(requirements):
    if uv := shutil.which("uv"):
        command = [uv, "pip", "install", "--no-config", "--quiet", "--python", PYTHON]
    else:
        command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "--require-hashes", "-r", ROOT / requirements], check=True)


def main(requirements):
    if sys.version_info < (3, 11):
        sys.exit(
            f"Tallyard needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: make PYTHON=python3.12 …"
        )
    if is_current(requirements):
        return
    os.environ["UV_PYTHON_DOWNLOADS"] = "never"
    print(f"Installing {requirements} into .venv …", flush=True)
    if not PYTHON.exists():
        create()
    install(requirements)
    stamp(requirements).write_text(digest(requirements))
    if requirements == "requirements-dev.txt":  # it holds everything of requirements.txt, from the same lock
        stamp("requirements.txt").write_text(digest("requirements.txt"))


if __name__ == "__main__":
    main(*sys.argv[1:])
