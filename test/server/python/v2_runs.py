"""Drives runs, attachments and imports of the real v2 client, and compares what was sent with what comes back.

Arguments: kind of key ("user" or "station"), the server's URL, the procedure's id, the id of one that the
station is not linked to. The key is in TOFUPILOT_API_KEY. Ends with 0 when all is as it should be.
"""

from __future__ import annotations

import tempfile
import uuid
from datetime import timedelta
from pathlib import Path

import httpx
from checks import equal, refused
from runs.full import check_round_trip
from runs.newest import check_imports, check_newest
from runs.setting import FOREIGN, KIND, NEWEST, START, client, create, mark
from tofupilot.v2 import errors


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
    backwards = {"serial_number": f"{mark}-back", "ended_at": START - timedelta(seconds=1)}
    refused(bad, create, "ends before it starts", **backwards)
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
