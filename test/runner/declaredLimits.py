"""Runs scripts from standard input, a JSON list, and prints what limits they declare and what comments they have."""

from __future__ import annotations

import io
import json
import re
import sys
import tokenize
from typing import Any

from openhtf.core.phase_descriptor import PhaseDescriptor

RANGE = ["minimum", "maximum", "marginal_minimum", "marginal_maximum"]


def of_validator(validator: Any) -> Any:
    """Returns the limits of a validator, or its text if it has none."""
    if hasattr(type(validator), "minimum"):
        fields = vars(validator)
        return [fields[f"_{name}"] if f"_{name}" in fields else getattr(validator, name) for name in RANGE]
    return re.sub(" at 0x.*", "", str(validator))


def of_phases(names: dict[str, Any]) -> dict[str, Any]:
    """Returns the validators of the OpenHTF measurements."""
    found = {}
    for phase in names.values():
        if isinstance(phase, PhaseDescriptor):
            for one in phase.measurements:
                about = [str(one.units), one.docstring, len(one.dimensions or [])]
                found[f"{phase.name}/{one.name}"] = [about, [of_validator(each) for each in one.validators]]
    return found


def of_functions(names: dict[str, Any]) -> dict[str, Any]:
    """Returns the measurements of the phase functions."""
    found = {}
    for name, function in names.items():
        if name.startswith("phase_") and not isinstance(function, PhaseDescriptor):
            for one in function()["measurements"]:
                found[f"{name}/{one['name']}"] = one
    return found


def read(source: str) -> dict[str, Any]:
    """Returns the limits and comments of a script."""
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(source, "script", "exec"), names)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return {"limits": {**of_phases(names), **of_functions(names)}, "comments": comments}


json.dump([read(source) for source in json.load(sys.stdin)], sys.stdout)
