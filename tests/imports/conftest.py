import io
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from crm.models import Company

LEADS = """
name = "leads"
namespace = "test"
[[table]]
noun = "lead"
file = "leads.csv"
key = "id"
[table.fields]
name = "name"
email = "email"
value = "value"
created_at = "created"
qualified_at = "qualified"
"""
HEADER = "id,name,email,value,created,qualified\n"


@pytest.fixture
def folder(tmp_path):
    """Write files by name (`folder(**{"leads.csv": text})`, bytes stay bytes); answers the folder."""

    def write(**files):
        for name, content in files.items():
            content = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name).write_bytes(content)
        return tmp_path

    return write


@pytest.fixture
def load(folder, db):
    """Run the command on these files; what it printed, and the message it failed with."""

    def load(mapping, *options, **files):
        Company.forget()
        path = folder(**files, **{"mapping.toml": mapping})
        out, err = io.StringIO(), io.StringIO()
        failed = ""
        try:
            call_command(
                "load", str(path / "mapping.toml"), str(path), *options, stdout=out, stderr=err, skip_checks=True
            )
        except CommandError as error:
            failed = str(error)
        return SimpleNamespace(failed=failed, said=out.getvalue().splitlines(), reported=err.getvalue().splitlines())

    return load
