"""A run with everything that it may hold."""

from __future__ import annotations

import uuid
from typing import Any

from checks import equal
from runs.setting import END, KIND, NEWEST, START, client, create, mark

VALIDATORS = [
    {"outcome": "PASS", "operator": ">=", "expected_value": 3, "is_decisive": True},
    {"outcome": "FAIL", "operator": "in", "expected_value": ["a", "b"], "is_decisive": False},
    {"outcome": "PASS", "operator": "range", "expected_value": [1.5, 2.5]},
    {"outcome": "UNSET", "expression": "x is lovely"},
]
AGGREGATIONS = [
    {"type": "avg", "outcome": "PASS", "value": 3.25, "unit": "V", "validators": VALIDATORS[:1]},
    {"type": "%max", "value": "many"},
]
MEASUREMENTS: list[dict[str, Any]] = [
    {"name": "number", "outcome": "PASS", "measured_value": 3.3, "units": "V", "validators": VALIDATORS},
    {"name": "text", "outcome": "FAIL", "measured_value": "ok", "aggregations": AGGREGATIONS},
    {"name": "truth", "outcome": "PASS", "measured_value": True},
    {"name": "object", "outcome": "UNSET", "measured_value": {"a": [1, {"b": None}]}},
    {"name": "table", "outcome": "PASS", "measured_value": [[1.0, 2.0], [3.0, 4.0]], "units": ["s", "V"]},
    {"name": "nothing", "outcome": "UNSET"},
    {"name": "limits", "outcome": "PASS", "measured_value": 5.0, "lower_limit": 1.0, "upper_limit": 9.5},
    {
        "name": "curve",
        "outcome": "PASS",
        "x_axis": {"data": [0.0, 1.0, 2.0], "units": "Hz"},
        "y_axis": [
            {"data": [5.0, 6.0], "units": "dB", "validators": VALIDATORS[:1], "aggregations": AGGREGATIONS},
            {"data": [], "units": "V"},
        ],
    },
]


def check_validators(found: Any, sent: list[dict[str, Any]]) -> None:
    """Validators come back as sent, with an expression each."""
    equal(len(found), len(sent), "number of validators")
    for one, given in zip(found, sent, strict=True):
        for key, value in given.items():
            equal(getattr(one, key), value, f"validator's {key}")
        assert one.expression
        equal(one.is_expression_only, "operator" not in given, "is_expression_only")
    equal(found[0].expression, "x >= 3", "expression")


def check_round_trip() -> str:
    """Everything that a run may hold; returns its id."""
    child = f"{mark}-child"
    create(serial_number=child, part_number="CHILD")
    phases = [
        {
            "name": "one",
            "outcome": "FAIL",
            "started_at": START,
            "ended_at": END,
            "docstring": "First.",
            "retry_count": 1,
            "measurements": MEASUREMENTS,
        },
        {"name": "two", "outcome": "SKIP", "started_at": END, "ended_at": END, "measurements": None},
    ]
    log = {"level": "WARNING", "timestamp": START, "message": "m" * 10_001, "source_file": "a.py", "line_number": 7}
    newer: dict[str, Any] = {}
    if NEWEST:
        newer = {
            "metadata": {"fixture": "F-1", "temperature": 21.5, "calibrated": True},
            "unit_metadata": {"colour": "red"},
            "deployment_id": str(uuid.uuid4()),
            "execution_id": mark,
            "slot_key": "left",
            "slot_name": "Left",
            "sequences": [
                {"path": "cal", "name": "Calibration", "outcome": "PASS", "started_at": START, "ended_at": END}
            ],
        }
    run_id = create(
        outcome="FAIL",
        serial_number=f"{mark}-Full",
        revision_number="C",
        batch_number=f"B-{mark}",
        procedure_version="1.2.3",
        operated_by="local@test-stations.invalid",
        sub_units=[child.upper()],
        docstring="All of it.",
        phases=phases,
        logs=[log],
        **newer,
    )
    run = client.runs.get(id=run_id)
    equal((run.outcome, run.docstring, run.duration), ("FAIL", "All of it.", "PT2M0.5S"), "run")
    equal((run.started_at, run.ended_at), (START, END), "times")
    equal(run.unit.serial_number, f"{mark}-Full", "serial number")
    equal((run.unit.part.number, run.unit.part.revision.number), ("PCBA-V2", "C"), "part")
    assert run.unit.batch and run.procedure.version and run.operated_by
    equal((run.unit.batch.number, run.procedure.version.tag), (f"B-{mark}", "1.2.3"), "batch and version")
    equal(run.operated_by.email, "local@test-stations.invalid", "operator")
    equal((run.created_by_user is None, run.created_by_station is None), (KIND == "station", KIND == "user"), "creator")
    equal([(u.serial_number, u.part_number) for u in run.sub_units or []], [(child, "CHILD")], "sub-units")
    first, second = run.phases or []
    equal((first.name, first.outcome, first.docstring, first.retry_count), ("one", "FAIL", "First.", 1), "phase")
    equal((second.outcome, second.measurements), ("SKIP", []), "second phase")
    found = {m.name: m for m in first.measurements}
    equal(list(found), [m["name"] for m in MEASUREMENTS], "order of measurements")
    for sent in MEASUREMENTS:
        one = found[sent["name"]]
        equal(one.outcome, sent["outcome"], f"outcome of {one.name}")
        equal(one.measured_value, sent.get("measured_value"), f"value of {one.name}")
    equal((found["number"].units, found["table"].units), ("V", "s, V"), "units")
    check_validators(found["number"].validators, VALIDATORS)
    equal([v.expression for v in found["limits"].validators or []], ["x >= 1", "x <= 9.5"], "limits")
    average, most = found["text"].aggregations or []
    equal((average.type, average.value, average.unit, average.outcome), ("avg", 3.25, "V", "PASS"), "aggregation")
    equal((most.type, most.value, most.outcome), ("%max", "many", None), "aggregation")
    check_validators(average.validators, VALIDATORS[:1])
    x, y, z = found["curve"].data_series or []
    equal([(s.data, s.units) for s in (x, y, z)], [([0, 1, 2], "Hz"), ([5, 6], "dB"), ([], "V")], "data series")
    check_validators(y.validators, VALIDATORS[:1])
    equal(len(y.aggregations or []), 2, "aggregations of a series")
    (entry,) = run.logs or []
    equal((entry.level, len(entry.message), entry.line_number), ("WARNING", 10_000, 7), "log")
    if NEWEST:
        equal(run.metadata, newer["metadata"], "metadata")
        equal((run.execution_id, run.slot_key, run.slot_name), (mark, "left", "Left"), "execution")
        equal([s.path for s in run.sequences or []], ["cal"], "sequences")
    return run_id
