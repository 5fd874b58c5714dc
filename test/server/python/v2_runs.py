"""Drives runs, attachments and imports of the real v2 client, and compares what was sent with what comes back.

Arguments: kind of key ("user" or "station"), the server's URL, the procedure's id, the id of one that the
station is not linked to. The key is in TOFUPILOT_API_KEY. Ends with 0 when all is as it should be.
"""

from __future__ import annotations

import json
import sys
import tempfile
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
from tofupilot.v2 import TofuPilot, errors

KIND, URL, PROCEDURE, FOREIGN = sys.argv[1:5]
NEWEST = hasattr(TofuPilot(server_url=URL), "imports")
START = datetime(2026, 3, 1, 12, 0, 0, 123000, tzinfo=timezone.utc)
END = START + timedelta(minutes=2, milliseconds=500)

client = TofuPilot(server_url=URL)
mark = f"{KIND}-{uuid.uuid4().hex[:8]}"


def equal(found: Any, expected: Any, what: str) -> None:
    """Fails with both values when they differ."""
    if found != expected:
        raise AssertionError(f"{what}: {found!r} instead of {expected!r}")


def refused(kind: type[Exception], call: Callable[[], Any], *words: str) -> Exception:
    """Calls what must be refused; returns the exception."""
    try:
        call()
    except kind as error:
        for word in words:
            assert word in str(error).lower(), f"{word!r} is not in {error}"
        return error
    raise AssertionError(f"Not refused: {words}")


def create(**more: Any) -> str:
    """Creates a run with as little as may be, and what is given."""
    body: dict[str, Any] = {
        "outcome": "PASS",
        "procedure_id": PROCEDURE,
        "started_at": START,
        "ended_at": END,
        "serial_number": f"{mark}-1",
        "part_number": "PCBA-V2",
    }
    return client.runs.create(**{**body, **more}).id


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


def check_refusals() -> None:
    """Each refusal as the class of exception that the vendor's own tests expect."""
    bad = errors.ErrorBADREQUEST
    for words, wrong in [
        (["serial number"], {"serial_number": ""}),
        (["serial number"], {"serial_number": "   "}),
        (["serial number"], {"serial_number": "x" * 61}),
        (["uuid"], {"procedure_id": "FVT1"}),
        (["batch"], {"batch_number": ""}),
        (["part"], {"part_number": ""}),
        (["email"], {"operated_by": "nobody"}),
        (["email"], {"operated_by": ""}),
    ]:
        refused(bad, lambda wrong=wrong: create(**wrong), *words)
    create(serial_number="x" * 60)
    unknown = str(uuid.uuid4())
    if KIND == "user":
        refused(errors.ErrorNOTFOUND, lambda: create(procedure_id=unknown), "procedure")
    else:
        refused(errors.ErrorFORBIDDEN, lambda: create(procedure_id=unknown), "not authorized")
        refused(errors.ErrorFORBIDDEN, lambda: create(procedure_id=FOREIGN), "not authorized")
    refused(errors.ErrorUNPROCESSABLECONTENT, lambda: create(sub_units=["nowhere"]), "nowhere")
    backwards = refused(Exception, lambda: create(serial_number=f"{mark}-back", ended_at=START - timedelta(seconds=1)))
    assert not isinstance(backwards, (bad, errors.ErrorFORBIDDEN, errors.ErrorNOTFOUND)), backwards
    equal(client.runs.list(serial_numbers=[f"{mark}-back"]).data, [], "runs after a refusal")
    refused(errors.ErrorNOTFOUND, lambda: client.runs.get(id=unknown))
    refused(errors.ErrorNOTFOUND, lambda: client.runs.update(id=unknown, attachments=[]))


def check_lists() -> None:
    """Pages, filters and sorts."""
    serials = [f"{mark}-L{n}" for n in range(5)]
    for n, serial in enumerate(serials):
        create(
            serial_number=serial,
            started_at=START + timedelta(hours=n),
            ended_at=START + timedelta(hours=n, minutes=9 - n),
        )
    listed = client.runs.list(search_query=f"{mark}-L", limit=2)
    equal([r.unit.serial_number for r in listed.data], [serials[4], serials[3]], "first page")
    following = client.runs.list(search_query=f"{mark}-L", limit=2, cursor=listed.meta.next_cursor)
    equal([r.unit.serial_number for r in following.data], [serials[2], serials[1]], "second page")
    by_duration = client.runs.list(search_query=f"{mark}-L", sort_by="duration", sort_order="asc")
    equal([r.unit.serial_number for r in by_duration.data], serials[::-1], "by duration")
    by_serial = client.runs.list(search_query=f"{mark}-L", sort_by="serial_number", sort_order="asc", limit=500)
    equal([r.unit.serial_number for r in by_serial.data], serials, "by serial number")
    some = client.runs.list(serial_numbers=serials, duration_min="PT6M", duration_max="PT8M", outcomes=["PASS", "FAIL"])
    equal(len(some.data), 3, "by duration and outcome")
    later = client.runs.list(serial_numbers=serials, started_after=START + timedelta(hours=3))
    equal(len(later.data), 2, "by start")
    equal(client.runs.list(serial_numbers=[serials[0]], part_numbers=["other"]).data, [], "by part")


def check_attachments(run_id: str, folder: Path) -> None:
    """A file goes up and comes down again, of a run and with a URL of its own."""
    content = bytes(range(256)) * 100
    file = folder / "curve data.bin"
    file.write_bytes(content)
    begun = client.attachments.initialize(name=file.name)
    equal(len(begun.id), 36, "length of an upload's id")
    equal(httpx.put(begun.upload_url, content=content).status_code, 200, "status of PUT")
    finished = client.attachments.finalize(id=begun.id)
    equal(httpx.get(finished.url).content, content, "content")
    equal(client.runs.update(id=run_id, attachments=[begun.id]).id, run_id, "updated run")
    uploads = 1
    if NEWEST:
        client.runs.attachments.upload(id=run_id, file=file)
        uploads = 2
    attachments = client.runs.get(id=run_id).attachments or []
    equal([(a.name, a.size, a.is_report) for a in attachments], [(file.name, len(content), False)] * uploads, "files")
    for attachment in attachments:
        target = folder / "back.bin"
        (client.runs.attachments if NEWEST else client.attachments).download(attachment, target)
        equal(target.read_bytes(), content, "downloaded content")
    refused(errors.ErrorNOTFOUND, lambda: client.attachments.finalize(id=str(uuid.uuid4())))
    if NEWEST:
        serial = client.runs.get(id=run_id).unit.serial_number
        attached = client.units.attachments.upload(serial_number=serial, file=file)
        equal([a.id for a in client.units.get(serial_number=serial).attachments or []], [attached], "unit's files")
        client.units.attachments.delete(serial_number=serial, ids=[attached])
        equal(client.units.get(serial_number=serial).attachments or [], [], "unit's files")
    else:
        spare = client.attachments.upload(str(file))
        equal(client.attachments.delete(ids=[spare]).id, [spare], "deleted files")


def check_newest(run_id: str) -> None:
    """What was added in 2026."""
    client.runs.update_metadata(id=run_id, metadata={"fixture": None, "temperature": 22, "room": "lab"})
    equal(client.runs.get(id=run_id).metadata, {"temperature": 22, "calibrated": True, "room": "lab"}, "metadata")
    for wanted in [{"temperature": {"gte": 22, "lt": 23}}, {"room": {"in_": ["lab"]}}, {"calibrated": {"eq": True}}]:
        listed = client.runs.list(metadata=wanted, search_query=mark, include_metadata=True)
        equal([r.id for r in listed.data], [run_id], f"runs with {wanted}")
        equal((listed.data[0].metadata or {}).get("room"), "lab", "listed metadata")
    equal(client.runs.list(metadata={"room": {"contains": "attic"}}).data, [], "runs with other metadata")
    reference = f"{mark}_1"
    equal(create(client_run_ref=reference), create(client_run_ref=reference), "run of the same reference")
    slot = {"serial_number": f"{mark}-Full", "execution_id": mark, "slot_key": "left"}
    refused(errors.ErrorCONFLICT, lambda: create(**slot))
    refused(errors.ErrorBADREQUEST, lambda: create(metadata={f"k{n}": n for n in range(51)}), "50")

    serial = f"{mark}-Full"
    rows = client.phases.list(procedure_id=PROCEDURE, serial_numbers=[serial], sort_order="asc").data
    equal([(r.name, r.outcome, r.run_id) for r in rows], [("one", "FAIL", run_id), ("two", "SKIP", run_id)], "phases")
    phase = client.phases.get(id=rows[0].id)
    equal((phase.run.serial_number, len(phase.measurements)), (serial, len(MEASUREMENTS)), "phase")
    ordered = client.measurements.list(procedure_id=PROCEDURE, serial_numbers=[serial], sort_order="asc").data
    equal([m.measurement_name for m in ordered], [m["name"] for m in MEASUREMENTS], "measurements")
    types = ["numeric", "string", "boolean", "json", "multidimensional", "empty", "numeric", "multidimensional"]
    equal([m.measurement_type for m in ordered], types, "types")
    equal((ordered[0].value, ordered[1].string_value, ordered[2].bool_value), (3.3, "ok", True), "values")
    check_validators(ordered[0].validators, VALIDATORS)
    for wanted, names in [
        ({"value_min": 4, "value_max": 6}, ["limits"]),
        ({"value_bool": True}, ["truth"]),
        ({"value_strings": ["ok", "no"]}, ["text"]),
        ({"measurement_outcomes": ["FAIL"]}, ["text"]),
        ({"measurement_name": "curve", "phase_name": "one"}, ["curve"]),
        ({"outcomes": ["PASS"]}, []),
    ]:
        some = client.measurements.list(procedure_id=PROCEDURE, serial_numbers=[serial], **wanted).data
        equal([m.measurement_name for m in some], names, f"measurements by {wanted}")
    curve = client.measurements.get(id=ordered[-1].id)
    equal((curve.phase.name, len(curve.data_series or [])), ("one", 3), "curve")
    (entry,) = client.logs.list(run_ids=[run_id], levels=["WARNING"], search_query="mmm").data
    equal((entry.run.id, entry.created_at), (run_id, START), "log")
    equal(client.logs.get(id=entry.id).message, "m" * 10_000, "message")
    equal(client.logs.list(run_ids=[run_id], levels=["ERROR"]).data, [], "other logs")
    for missing in (client.phases, client.measurements, client.logs):
        refused(errors.ErrorNOTFOUND, lambda missing=missing: missing.get(id=str(uuid.uuid4())))
    for call in (lambda: client.deployments.list(), lambda: client.deployments.get(id=str(uuid.uuid4()))):
        refused(errors.APIError, call, "not_implemented")


def check_imports() -> None:
    """Reports are imported one by one, whatever becomes of the others."""

    def upload(content: str) -> str:
        begun = client.attachments.initialize(name="report.json")
        httpx.put(begun.upload_url, content=content)
        return begun.id

    record = {
        "dut_id": f"{mark}-imported",
        "start_time_millis": 1_700_000_000_000,
        "end_time_millis": 1_700_000_001_000,
        "outcome": "PASS",
        "metadata": {"procedure_id": PROCEDURE, "part_number": "PCBA-V2"},
        "phases": [{"name": "only", "outcome": "PASS", "measurements": {}}],
    }
    good, same, broken = upload(json.dumps(record)), upload(json.dumps(record)), upload("{")
    items = [(good, "OPENHTF"), (same, "OPENHTF"), (broken, "OPENHTF"), (good, "WATS"), (str(uuid.uuid4()), "OPENHTF")]
    results = client.imports.structured(items=[{"upload_id": i, "importer": of} for i, of in items]).results
    equal([r.success for r in results], [True, True, False, False, False], "success of imports")
    equal((results[1].id, results[1].already_imported), (results[0].id, True), "import of the same content")
    assert "not JSON" in (results[2].error or "") and "WATS" in (results[3].error or ""), results
    run = client.runs.get(id=results[0].id or "")
    equal([(a.is_report, a.name) for a in run.attachments or []], [(True, "report.json")], "report")
    again = client.imports.structured(items=[{"upload_id": same, "importer": "OPENHTF"}], allow_duplicate=True).results
    assert again[0].success and again[0].id != run.id, again
    refused(errors.APIError, lambda: client.imports.tabular(upload_id=good, procedure_id=PROCEDURE), "not_implemented")


def check_deletion(run_id: str) -> None:
    """Users delete runs, stations do not."""
    if KIND == "station":
        refused(errors.APIError, lambda: client.runs.delete(ids=[run_id]), "forbidden")
        return
    other = create()
    refused(errors.ErrorNOTFOUND, lambda: client.runs.delete(ids=[other, str(uuid.uuid4())]))
    equal(sorted(client.runs.delete(ids=[run_id, other]).id), sorted([run_id, other]), "deleted runs")
    refused(errors.ErrorNOTFOUND, lambda: client.runs.get(id=run_id))


def main() -> None:
    """All checks in turn."""
    run_id = check_round_trip()
    check_refusals()
    check_lists()
    with tempfile.TemporaryDirectory() as folder:
        check_attachments(run_id, Path(folder))
    if NEWEST:
        check_newest(run_id)
        check_imports()
    check_deletion(run_id)
    print("done")


main()
