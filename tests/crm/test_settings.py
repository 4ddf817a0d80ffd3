import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings

CONTROLLED = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}


def load(folder, expression="None", **environment):
    """Load the settings in a process of their own; what the expression gives, or the last line of the error."""
    clean = {
        name: value for name, value in os.environ.items() if name not in CONTROLLED and not name.startswith("TALLYARD")
    }
    result = subprocess.run(
        [sys.executable, "-c", f"from crm import settings; print({expression})"],
        cwd=django_settings.BASE_DIR,
        env=clean | {"TALLYARD_VAR": str(folder), "TALLYARD_STATIC_ROOT": str(folder / "static")} | environment,
        capture_output=True,
        text=True,
    )
    return (result.stdout if result.returncode == 0 else result.stderr.splitlines()[-1]).strip()


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("TALLYARD_DEMO", "maybe", "TALLYARD_DEMO=maybe makes no sense"),
        ("TALLYARD_PROXIES", "-1", "TALLYARD_PROXIES=-1 makes no sense"),
        ("TALLYARD_LOG", "xml", "TALLYARD_LOG=xml makes no sense"),
        ("DATABASE_URL", "mysql://localhost/crm", "DATABASE_URL has to start with postgres://"),
        ("DATABASE_URL", "postgres://localhost/crm", "Set SECRET_KEY"),
        ("SECRET_KEY", "short", "SECRET_KEY is too short"),
    ],
)
def test_settings_refuse_nonsense(tmp_path, name, value, complaint):
    assert complaint in load(tmp_path, **{name: value})


def test_settings_make_one_private_key(tmp_path):
    first, second = (load(tmp_path, "settings.SECRET_KEY") for _ in range(2))
    assert first == second != ""
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_pool_in_web_processes_only(tmp_path):
    production = {"DATABASE_URL": "postgres://localhost/crm", "SECRET_KEY": "x" * 40}
    pool = "'pool' in settings.DATABASES['default']['OPTIONS'], 'CONN_MAX_AGE' in settings.DATABASES['default']"
    assert load(tmp_path, pool, TALLYARD_PROCESS="web", **production) == "True False"
    assert load(tmp_path, pool, **production) == "False True"


def test_demo_is_off_by_default(tmp_path):
    assert load(tmp_path, "settings.DEMO, settings.DEBUG") == "False False"
