"""Imports run one way (docs/architecture.md)."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ["crm", "accounts", "leads", "support", "surveys", "metrics"]


def imported_apps(path):
    """The apps a module imports anywhere in it, imports inside functions included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def upward_imports(root):
    return [
        f"{path.relative_to(root)} imports {app}"
        for level, layer in enumerate(LAYERS)
        for path in sorted((root / layer).rglob("*.py"))
        for app in imported_apps(path)
        if app in LAYERS[level + 1 :]
    ]


def test_apps_import_only_downwards():
    assert upward_imports(ROOT) == []


def test_foreign_keys_point_only_downwards():
    from django.apps import apps
    from django.conf import settings

    upward = [
        f"{model._meta.label}.{field.name} points at {field.related_model._meta.label}"
        for level, layer in enumerate(LAYERS)
        for model in apps.get_app_config(layer).get_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        if field.related_model._meta.app_label in LAYERS[level + 1 :]
        if field.related_model._meta.label != settings.AUTH_USER_MODEL
    ]
    assert upward == []


def test_an_upward_import_is_noticed_wherever_it_hides(tmp_path):
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "x.py").write_text("def f():\n    from leads.models import Lead\n")
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "y.py").write_text("import crm.events\n")
    assert upward_imports(tmp_path) == ["crm/x.py imports leads"]
