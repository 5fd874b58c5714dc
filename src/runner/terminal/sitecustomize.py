"""Loaded by every Python that is started in a station terminal, before the user's script.

The v2 client of TofuPilot does not read TOFUPILOT_URL: without this it would push to the cloud. Its address is changed
when a script imports it, and nothing is imported otherwise. Another `sitecustomize` on the path is loaded as ever.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

CONFIGURATION = "tofupilot.v2.sdkconfiguration"


class AddressFinder:
    """Stands before Python's own finders until the v2 client is imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != CONFIGURATION:
            return None
        sys.meta_path.remove(self)
        from importlib.util import find_spec

        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            point_home(spec.loader)
        return spec


def point_home(loader: Any) -> None:
    """Has the loader set the address right behind the module's own code."""
    execute = loader.exec_module

    def exec_module(module: Any) -> None:
        execute(module)
        url = os.environ.get("TOFUPILOT_URL", "").rstrip("/")
        if url:
            module.SERVERS[0] = url if url.endswith("/api") else f"{url}/api"

    loader.exec_module = exec_module


def load_next() -> None:
    """Loads the `sitecustomize` that this one stands before, if there is one."""
    from importlib.machinery import PathFinder

    here = os.path.dirname(os.path.realpath(__file__))
    spec = PathFinder.find_spec("sitecustomize", [path for path in sys.path if os.path.realpath(path) != here])
    if spec is None or spec.loader is None:
        return
    from importlib.util import module_from_spec

    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


sys.meta_path.insert(0, AddressFinder())
load_next()
