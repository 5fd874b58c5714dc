"""What only the newest clients can say."""

from __future__ import annotations

import json
import uuid

import httpx
from checks import equal, refused
from runs.full import MEASUREMENTS, VALIDATORS, check_validators
from runs.setting import PROCEDURE, START, client, create, mark
from tofupilot.v2 import errors


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
