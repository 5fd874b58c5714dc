from __future__ import annotations

import dis
import inspect
from typing import Any, TypedDict

from .failures import Failure, describe
from .places import Files, Place
from .values import to_bounded_json

# OpenHTF's default for `default_dut_id`, with which a test without a serial number is recorded.
NO_SERIAL_NUMBER = "UNKNOWN_DUT"


class PhasePlan(TypedDict):
    key: str
    name: str
    docstring: str | None
    place: Place | None


def phase_plan(descriptor: Any, key: str, files: Files) -> PhasePlan:
    doc = descriptor.doc
    return PhasePlan(
        key=key,
        name=descriptor.name,
        docstring=inspect.cleandoc(doc) if isinstance(doc, str) else None,
        place=files.definition(descriptor.func),
    )


def add_docstring(descriptor: Any) -> None:
    """Adds the docstring of a phase to its record; OpenHTF does so only where it captures the source."""
    info, doc = descriptor.code_info, descriptor.doc
    if info.docstring is None and isinstance(doc, str):
        descriptor.code_info = type(info)(info.name, inspect.cleandoc(doc), info.sourcecode)


def sets_serial_number(descriptor: Any) -> bool:
    code = getattr(inspect.unwrap(descriptor.func), "__code__", None)
    return code is not None and any(
        instruction.opname == "STORE_ATTR" and instruction.argval == "dut_id"
        for instruction in dis.get_instructions(code)
    )


def measurement(declared: Any) -> dict[str, object]:
    unit = declared.units
    fields: dict[str, object] = {
        "name": declared.name,
        "outcome": declared.outcome.name,
        "units": None if unit is None else unit.suffix,
        "validators": [str(validator) for validator in declared.validators],
        "docstring": declared.docstring,
    }
    if declared.measured_value.is_value_set:
        fields["measured_value"] = to_bounded_json(declared.measured_value.basetype_value())
    return fields


def diagnosis(found: Any) -> dict[str, object]:
    component = found.component
    return {
        "result": str(found.result.value),
        "component": None if component is None else str(getattr(component, "name", component)),
        "description": str(found.description or ""),
        "is_failure": bool(found.is_failure),
    }


def failure(record: Any, place: Place | None, is_aborted: bool, files: Files) -> Failure | None:
    """Describes why a finished phase failed to complete; None when it completed.

    Args:
        place: Where the phase is defined, for failures whose traceback does not show it.
        is_aborted: A phase without a result was abandoned because of a stop, not of its timeout.
    """
    if record.result is None:
        return None
    result = record.result.phase_result
    if result is None:
        return None if is_aborted else _timeout(record, place)
    error = getattr(result, "exc_val", None)
    if not isinstance(error, BaseException):
        return None
    described = describe(error, result.exc_tb, files)
    return {**described, "place": described["place"] or place}


def _timeout(record: Any, place: Place | None) -> Failure:
    limit = record.options.timeout_s
    message = f"The phase {record.name} hit its timeout" + ("." if limit is None else f" of {limit} s.")
    return Failure(type="PhaseTimeout", message=message, traceback=message, place=place, missing_module=None)
