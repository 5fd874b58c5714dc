"""Recognizes files of pytest, which the runner hands to pytest. `src/shared/script/phaseScan.ts` has the same rule."""

from __future__ import annotations

import ast
import os
import re

_FILE_NAME = re.compile(r"test_.*\.py|.*_test\.py")
_OTHER_KINDS = ("openhtf", "tofupilot")


def is_pytest_file(path: str, tree: ast.Module) -> bool:
    """Returns whether a file has tests for pytest, and imports it or is named as such and does nothing of its own."""
    imported = imported_packages(tree)
    if imported.intersection(_OTHER_KINDS) or not any(map(_is_test, tree.body)):
        return False
    if any(isinstance(node, ast.FunctionDef) and node.name.startswith("phase_") for node in tree.body):
        return False
    is_named = _FILE_NAME.fullmatch(os.path.basename(path)) is not None
    return "pytest" in imported or (is_named and not any(map(_is_main_guard, tree.body)))


def _is_test(node: ast.stmt) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.name.startswith("test_")
    return isinstance(node, ast.ClassDef) and node.name.startswith("Test") and any(map(_is_test, node.body))


def _is_main_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )


def imported_packages(tree: ast.Module) -> set[str]:
    """Returns the names of the packages that a file imports anywhere, without those of relative imports."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.append(node.module or "")
    return {name.partition(".")[0] for name in names}
