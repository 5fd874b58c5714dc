"""Lists the instruments that this machine can reach, or asks one of them who it is.

The extension runs it with the user's interpreter, as `instruments.py list` or `instruments.py identify ADDRESS`. It
prints one line of JSON, whose shape is in `src/extension/instruments/instrumentReader.ts`. Listing opens no instrument.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable
from typing import Any

_ANSWER_TIMEOUT_MS = 3_000


def _list() -> dict[str, object]:
    return {
        "python": sys.executable,
        "visa": _found_by("pyvisa", _visa_resources),
        "serial": _found_by("serial", _serial_ports),
    }


def _found_by(module: str, find: Callable[[], list[dict[str, object]]]) -> dict[str, object]:
    try:
        importlib.import_module(module)
    except ImportError as error:
        # The module may be there, and lack another one.
        is_missing = isinstance(error, ModuleNotFoundError) and error.name == module
        return {"found": [], "is_missing": is_missing, "problem": None if is_missing else _problem(error)}
    try:
        return {"found": find(), "is_missing": False, "problem": None}
    except Exception as error:
        return {"found": [], "is_missing": False, "problem": _problem(error)}


def _visa_resources() -> list[dict[str, object]]:
    pyvisa: Any = importlib.import_module("pyvisa")
    return [{"address": str(address), "description": None} for address in pyvisa.ResourceManager().list_resources()]


def _serial_ports() -> list[dict[str, object]]:
    list_ports: Any = importlib.import_module("serial.tools.list_ports")
    return [
        {"address": str(port.device), "description": None if port.description == "n/a" else str(port.description)}
        for port in list_ports.comports()
    ]


def _identify(address: str) -> dict[str, object]:
    try:
        pyvisa: Any = importlib.import_module("pyvisa")
        with pyvisa.ResourceManager().open_resource(address, open_timeout=_ANSWER_TIMEOUT_MS) as instrument:
            instrument.timeout = _ANSWER_TIMEOUT_MS
            return {"identification": str(instrument.query("*IDN?")).strip(), "problem": None}
    except Exception as error:
        return {"identification": None, "problem": _problem(error)}


def _problem(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip().partition("\n")[0]


def main() -> None:
    # Only the answer goes to the output: a backend may print there.
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    answer = _identify(sys.argv[2]) if sys.argv[1] == "identify" else _list()
    print(json.dumps(answer), file=output, flush=True)


if __name__ == "__main__":
    main()
