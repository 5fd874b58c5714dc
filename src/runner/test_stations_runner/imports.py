from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Hook = Callable[[Any], None]


class PostImport:
    """Calls a hook with each watched module after it is executed, or immediately if it has been imported already.

    The module's own finder and loader do the work, and stay its `__spec__` and `__loader__`.
    """

    def __init__(self, hooks: dict[str, Hook]) -> None:
        self._hooks = hooks
        self._searching: set[str] = set()

    def install(self) -> None:
        for name, hook in self._hooks.items():
            module = sys.modules.get(name)
            if module is not None and module.__name__ == name:  # tofupilot has aliases for some
                _call(hook, module)
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        hook = self._hooks.get(fullname)
        if hook is None or fullname in self._searching:
            return None
        self._searching.add(fullname)
        try:
            for finder in sys.meta_path:
                spec = finder.find_spec(fullname, path, target) if finder is not self else None
                if spec is not None:
                    _announce(spec, hook)
                    return spec
        finally:
            self._searching.discard(fullname)
        return None


def _announce(spec: ModuleSpec, hook: Hook) -> None:
    loader: Any = spec.loader
    execute = getattr(loader, "exec_module", None)
    if execute is None:
        return

    def exec_module(module: ModuleType) -> None:
        execute(module)
        # One loader may load several modules, such as those of a zip file.
        if module.__name__ == spec.name:
            loader.__dict__.pop("exec_module", None)
            _call(hook, sys.modules.get(spec.name, module))

    loader.exec_module = exec_module


def _call(hook: Hook, module: ModuleType) -> None:
    if "." not in module.__name__ and not hasattr(module, "__path__"):
        return  # a file of the script with the name of a package
    try:
        hook(module)
    except Exception as error:  # the script must run even if it cannot be followed
        print(
            f"Test Stations: cannot follow {module.__name__} ({error!r}). "
            "The script runs, but this part of it is not shown.",
            file=sys.stderr,
        )
