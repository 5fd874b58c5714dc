"""Units, which all others meet in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from checks import equal, refused
from resources.setting import KIND, NOW, PROCEDURE, STATION, client, for_users, mark, push
from tofupilot.v2 import errors


def check_units() -> None:
    """Units are handled by both, deleted by users."""
    number = f"{mark}-UP"
    client.parts.create(number=number, name="Teil", revision_number="A")
    client.parts.revisions.create(part_number=number, number="B")

    def make(serial: str) -> str:
        return client.units.create(serial_number=serial, part_number=number, revision_number="a").id

    serial = f"{mark} Gerät №1 50%"
    made = make(serial)
    read = client.units.get(serial_number=serial.upper())
    equal(
        (read.id, read.serial_number, read.part.number, read.part.name, read.part.revision.number),
        (made, serial, number, "Teil", "A"),
        "unit",
    )
    equal(
        (read.parent, read.batch, read.children, read.created_during, read.attachments),
        (None, None, [], None, []),
        "what a new unit has not",
    )
    refused(errors.ErrorCONFLICT, lambda: make(serial.upper()), "already exists")
    refused(
        errors.ErrorNOTFOUND,
        lambda: client.units.create(serial_number=f"{mark}-x", part_number=number, revision_number="Z"),
        "revision",
    )
    refused(
        errors.ErrorNOTFOUND,
        lambda: client.units.create(serial_number=f"{mark}-x", part_number="none", revision_number="A"),
        "revision",
    )
    for wrong in ("", "   ", "x" * 61):
        refused(errors.APIError, make, "validation", "serial number", serial=wrong)
    refused(errors.ErrorNOTFOUND, lambda: client.units.get(serial_number="none"), "not found")

    client.units.update(
        serial_number=serial, new_serial_number=f"{mark}-u1", revision_number="b", batch_number=f"{mark}-L"
    )
    begun = client.attachments.initialize(name="note.txt")
    equal(httpx.put(begun.upload_url, content=b"hello").status_code, 200, "upload")
    equal(client.units.update(serial_number=f"{mark}-u1", attachments=[begun.id]).id, made, "updated unit")
    read = client.units.get(serial_number=f"{mark}-u1")
    equal((read.id, read.part.revision.number, read.batch.number), (made, "B", f"{mark}-L"), "moved unit")
    equal([(a.id, a.name, a.size) for a in read.attachments], [(begun.id, "note.txt", 5)], "attachments of the unit")
    equal(httpx.get(read.attachments[0].download_url).content, b"hello", "content of the attachment")
    client.units.update(serial_number=f"{mark}-u1", batch_number=None)
    equal(client.units.get(serial_number=f"{mark}-u1").batch, None, "batch after null")
    second = make(f"{mark}-u2")
    refused(
        errors.ErrorCONFLICT,
        lambda: client.units.update(serial_number=f"{mark}-u2", new_serial_number=f"{mark}-U1"),
        "already exists",
    )
    refused(errors.ErrorNOTFOUND, lambda: client.units.update(serial_number=serial, batch_number=None), "not found")

    equal(client.units.add_child(serial_number=f"{mark}-u1", child_serial_number=f"{mark}-U2").id, second, "child")
    refused(
        errors.ErrorBADREQUEST,
        lambda: client.units.add_child(serial_number=f"{mark}-u2", child_serial_number=f"{mark}-u1"),
    )
    refused(
        errors.ErrorBADREQUEST,
        lambda: client.units.add_child(serial_number=f"{mark}-u1", child_serial_number=f"{mark}-u1"),
    )
    for parent, child in (("none", f"{mark}-u2"), (f"{mark}-u1", "none")):
        refused(errors.ErrorNOTFOUND, client.units.add_child, serial_number=parent, child_serial_number=child)
        refused(errors.ErrorNOTFOUND, client.units.remove_child, serial_number=parent, child_serial_number=child)
    child = client.units.get(serial_number=f"{mark}-u2")
    equal((child.parent.id, child.parent.part.revision.number), (made, "B"), "parent")
    equal(
        [(c.id, c.part.number) for c in client.units.get(serial_number=f"{mark}-u1").children],
        [(second, number)],
        "children",
    )
    refused(
        errors.ErrorBADREQUEST,
        lambda: client.units.remove_child(serial_number=f"{mark}-u2", child_serial_number=f"{mark}-u1"),
        "is not a child of",
    )

    first_run = push(f"{mark}-u3")
    last_run = push(f"{mark}-u3", outcome="FAIL", started_at=NOW - timedelta(minutes=1))
    run_unit = client.units.get(serial_number=f"{mark}-u3")
    equal((run_unit.created_during.id, run_unit.created_during.duration), (first_run, "PT2M"), "run that made the unit")

    def listed(**more: Any) -> list[str]:
        found = client.units.list(
            **{"search_query": f"{mark}-u", "sort_by": "serial_number", "sort_order": "asc", **more}
        )
        return [u.serial_number.replace(f"{mark}-", "") for u in found.data]

    equal(listed(), ["u1", "u2", "u3"], "units")
    equal(listed(ids=[made, run_unit.id], limit=1, cursor=1), ["u3"], "second page")
    equal(listed(serial_numbers=[f"{mark}-U2"]), ["u2"], "by serial number")
    equal(listed(part_numbers=[number.upper()], revision_numbers=["b"]), ["u1"], "by part and revision")
    equal(listed(procedure_ids=[PROCEDURE], outcomes=["PASS"]), ["u3"], "by run")
    equal(listed(procedure_ids=[PROCEDURE], outcomes=["PASS"], latest_only=True), [], "by last run")
    equal(listed(run_count_min=2, run_count_max=2), ["u3"], "by number of runs")
    equal(listed(exclude_units_with_parent=True), ["u1", "u3"], "without children")
    equal(listed(started_after=NOW - timedelta(seconds=90)), ["u3"], "by start of a run")
    equal(listed(created_before=NOW - timedelta(days=1)), [], "older units")
    equal(listed(sort_by="last_run_at", sort_order="desc")[0], "u3", "by last run")
    own = {"created_by_station_ids": [STATION]}
    equal(listed(**own), [] if KIND == "user" else ["u1", "u2", "u3"], "by station")
    item = client.units.list(ids=[run_unit.id]).data[0]
    equal(
        (item.last_run.id, item.last_run.outcome, item.last_run.procedure.id), (last_run, "FAIL", PROCEDURE), "last run"
    )
    equal([c.id for c in client.units.list(ids=[made]).data[0].children], [second], "children in the list")
    equal(client.units.list(ids=[second]).data[0].parent.id, made, "parent in the list")

    equal(client.units.remove_child(serial_number=f"{mark}-u1", child_serial_number=f"{mark}-u2").id, second, "removed")
    client.units.add_child(serial_number=f"{mark}-u1", child_serial_number=f"{mark}-u2")
    if not for_users(lambda: client.units.delete(serial_numbers=["none"])):
        return
    refused(errors.ErrorNOTFOUND, lambda: client.units.delete(serial_numbers=[f"{mark}-u1", "none"]), "not found")
    equal(client.units.delete(serial_numbers=[f"{mark}-U1", f"{mark}-u3"]).id, [made, run_unit.id], "deleted units")
    refused(errors.ErrorNOTFOUND, lambda: client.units.get(serial_number=f"{mark}-u1"))
    equal(client.units.get(serial_number=f"{mark}-u2").parent, None, "parent of a child whose parent is deleted")
