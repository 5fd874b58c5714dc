"""Drives stations, procedures, versions, parts, revisions, batches, units and users of the real v2 client.

Compares what was sent with what comes back, and the class of each refusal with what the official tests expect.
Arguments: kind of key ("user" or "station"), the server's URL, the id of a procedure that the station is linked to, the
station's id, a user key for what a station must find made already. The key is in TOFUPILOT_API_KEY. Ends with 0 when
all is as it should be.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from typing import Any

import httpx
from checks import equal, refused
from tofupilot.v2 import TofuPilot, errors

KIND, URL, PROCEDURE, STATION, USER_KEY = sys.argv[1:6]
VERSION = tuple(int(part) for part in version("tofupilot").split("."))
NEWEST = VERSION >= (2, 24)
NOW = datetime.now(timezone.utc)

client: Any = TofuPilot(server_url=URL)
user: Any = TofuPilot(server_url=URL, api_key=USER_KEY)
mark = f"{KIND}-{uuid.uuid4().hex[:8]}"
unknown = str(uuid.uuid4())


def for_users(call: Callable[[], Any], kind: type[Exception] = errors.APIError) -> bool:
    """Whether the key may do it; a station is refused, before its input is looked at."""
    if KIND == "user":
        return True
    refused(kind, call, "stations cannot")
    return False


def push(serial: str, **more: Any) -> str:
    """Pushes a run."""
    body = {"outcome": "PASS", "started_at": NOW - timedelta(minutes=2), "ended_at": NOW, "part_number": f"{mark}-RUN"}
    return client.runs.create(procedure_id=PROCEDURE, serial_number=serial, **{**body, **more}).id


def check_stations() -> None:
    """Stations are the user's; a station reads."""
    if not for_users(lambda: client.stations.create(name=""), errors.ErrorFORBIDDEN):
        equal(client.stations.get_current().id, STATION, "current station")
        own = client.stations.get(id=STATION)
        equal([p.id for p in own.procedures], [PROCEDURE], "linked procedures")
        assert own.api_key and own.api_key.startswith("tss_"), own
        refused(errors.ErrorNOTFOUND, lambda: client.stations.get(id=unknown), "not found")
        for_users(lambda: client.stations.list())
        undeclared = errors.APIError if VERSION < (2, 26) else errors.ErrorFORBIDDEN
        for_users(lambda: client.stations.update(id=unknown, name=""), undeclared)
        for_users(lambda: client.stations.remove(id=STATION))
        return
    refused(errors.ErrorFORBIDDEN, lambda: client.stations.get_current(), "station key")
    refused(
        errors.ErrorNOTFOUND if VERSION >= (2, 26) else errors.APIError,
        lambda: client.stations.create(name=f"{mark} lost", procedure_id=unknown),
        "not found",
    )
    made = client.stations.create(name=f"{mark} Prüfstand", procedure_id=PROCEDURE)
    read = client.stations.get(id=made.id)
    equal((read.name, read.api_key, read.team), (f"{mark} Prüfstand", None, None), "station")
    equal([(p.id, p.runs_count) for p in read.procedures], [(PROCEDURE, 0)], "procedures of the station")
    taken = errors.APIError if NEWEST else errors.ErrorCONFLICT
    refused(taken, lambda: client.stations.create(name=f"{mark} PRÜFSTAND"), "already")
    refused(errors.ErrorBADREQUEST if VERSION >= (2, 26) else errors.APIError, lambda: client.stations.create(name=" "))
    other = client.stations.create(name=f"{mark} other")
    found = client.stations.list(search_query=f"{mark}".upper(), limit=1)
    equal((len(found.data), found.meta.has_more, found.meta.next_cursor), (1, True, 1), "first page of stations")
    equal(len(client.stations.list(search_query=mark, cursor=1).data), 1, "second page of stations")
    linked = client.stations.list(search_query=mark, procedure_ids=[PROCEDURE]).data
    equal(
        [(s.id, s.procedures_count, s.procedures[0].id) for s in linked], [(made.id, 1, PROCEDURE)], "linked stations"
    )
    refused(taken, lambda: client.stations.update(id=other.id, name=f"{mark} prüfstand"), "already")
    picture = client.attachments.initialize(name="bench.png")
    equal(httpx.put(picture.upload_url, content=b"png").status_code, 200, "upload of a picture")
    equal(client.stations.update(id=other.id, image_id=picture.id).id, other.id, "station with a picture")
    renamed = client.stations.update(id=other.id, name=f"{mark} renamed", image_id="", team_id=None)
    equal((renamed.id, renamed.name), (other.id, f"{mark} renamed"), "renamed station")
    refused(errors.ErrorNOTFOUND, lambda: client.stations.update(id=unknown, name="x"), "not found")
    equal(client.stations.remove(id=other.id).id, other.id, "removed station")
    refused(errors.ErrorNOTFOUND, lambda: client.stations.remove(id=other.id))
    refused(errors.ErrorNOTFOUND, lambda: client.stations.get(id=other.id))
    refused(errors.ErrorBADREQUEST, lambda: client.stations.remove(id="no-id"))


def check_procedures() -> None:
    """Procedures are the user's; a station reads all of them."""
    mine = user.procedures.create(name=f"{mark} Messung é测").id
    read = client.procedures.get(id=mine)
    equal(
        (read.name, read.runs_count, read.recent_runs, read.stations), (f"{mark} Messung é测", 0, [], []), "procedure"
    )
    run = push(f"{mark}-P", started_at=NOW, ended_at=NOW + timedelta(minutes=1))
    recent = client.procedures.get(id=PROCEDURE)
    equal((recent.recent_runs[0].id, recent.recent_runs[0].unit.serial_number), (run, f"{mark}-P"), "recent run")
    assert STATION in [s.id for s in recent.stations], recent
    listed = client.procedures.list(search_query=mark.upper(), created_after=NOW - timedelta(minutes=5), cursor=0.0)
    equal([(p.id, p.linked_repository) for p in listed.data], [(mine, None)], "list of procedures")
    assert listed.data[0].created_by_user.email, listed
    equal(client.procedures.list(search_query=mark, cursor=50.0).data, [], "page behind the last")
    equal(client.procedures.list(search_query=mark, created_before=NOW - timedelta(days=1)).data, [], "older ones")
    if not NEWEST:
        with_runs = client.procedures.list(search_query=recent.name).data
        assert run in [r.id for p in with_runs for r in p.runs], with_runs
    refused(errors.ErrorNOTFOUND, lambda: client.procedures.get(id=unknown), "not found")
    if not for_users(lambda: client.procedures.create(name="")):
        for_users(lambda: client.procedures.update(id=unknown, name="x"))
        for_users(lambda: client.procedures.delete(id=unknown))
        return
    refused(errors.APIError, lambda: client.procedures.create(name="x" * 1001), "validation")
    assert client.procedures.create(name=f"{mark} Messung é测").id != mine
    equal(client.procedures.update(id=mine, name=f"{mark}-!@#").id, mine, "updated procedure")
    equal(client.procedures.get(id=mine).name, f"{mark}-!@#", "new name")
    refused(errors.ErrorBADREQUEST, lambda: client.procedures.update(id=mine, name=""))
    refused(errors.ErrorNOTFOUND, lambda: client.procedures.update(id=unknown, name="x"), "not found")
    equal(client.procedures.delete(id=mine).id, mine, "deleted procedure")
    refused(errors.ErrorNOTFOUND, lambda: client.procedures.delete(id=mine))
    refused(errors.ErrorBADREQUEST, lambda: client.procedures.delete(id="no-id"))


def check_versions() -> None:
    """Versions are the user's, made by runs also for stations."""
    versions = client.procedures.versions
    run = push(f"{mark}-V", procedure_version=f"{mark} v1")
    read = versions.get(procedure_id=PROCEDURE, tag=f"{mark} V1".upper())
    equal((read.tag, read.run_count, read.procedure.id), (f"{mark} v1", 1, PROCEDURE), "version made by a run")
    equal(client.runs.get(id=run).procedure.version.id, read.id, "version of the run")
    maker = read.created_by_user if KIND == "user" else read.created_by_station
    assert maker and maker.id, read
    refused(errors.ErrorNOTFOUND, lambda: versions.get(procedure_id=PROCEDURE, tag="none"), "not found")
    refused(errors.APIError, lambda: versions.create(procedure_id="invalid-uuid", tag="x"), "bad_request")
    if not for_users(lambda: versions.create(procedure_id=unknown, tag="")):
        for_users(lambda: versions.delete(procedure_id=PROCEDURE, tag=f"{mark} v1"))
        return
    refused(errors.ErrorNOTFOUND, lambda: versions.create(procedure_id=unknown, tag="x"), "not found")
    refused(errors.APIError, lambda: versions.create(procedure_id=PROCEDURE, tag=""), "tag")
    refused(errors.APIError, lambda: versions.create(procedure_id=PROCEDURE, tag="x" * 61), "tag", "60 character")
    made = versions.create(procedure_id=PROCEDURE, tag=f"{mark}-rc.1+b")
    refused(errors.ErrorCONFLICT, lambda: versions.create(procedure_id=PROCEDURE, tag=f"{mark}-RC.1+B"), "exists")
    refused(errors.ErrorCONFLICT, lambda: versions.delete(procedure_id=PROCEDURE, tag=f"{mark} v1"), "runs have it")
    equal(versions.delete(procedure_id=PROCEDURE, tag=f"{mark}-rc.1+b").id, made.id, "deleted version")
    refused(errors.ErrorNOTFOUND, lambda: versions.delete(procedure_id=PROCEDURE, tag=f"{mark}-rc.1+b"))


def check_parts() -> None:
    """Parts and revisions are made by both, changed by users."""
    revisions = client.parts.revisions
    number = f"{mark} Teil-1"
    made = client.parts.create(number=number, name="Leiterplatte", revision_number="R1")
    read = client.parts.get(number=number.upper())
    equal((read.id, read.number, read.name), (made.id, number, "Leiterplatte"), "part")
    maker = read.created_by_user if KIND == "user" else read.created_by_station
    assert maker and maker.id, read
    refused(errors.ErrorCONFLICT, lambda: client.parts.create(number=number.upper()), "already exists")
    for wrong in ({"number": ""}, {"number": "x" * 61}, {"number": "ok", "name": "y" * 256}):
        refused(errors.APIError, client.parts.create, "validation", **wrong)
    plain = client.parts.create(number=f"{mark}-2")
    equal([r.number for r in client.parts.get(number=f"{mark}-2").revisions], ["A"], "first revision")
    listed = client.parts.list(search_query=mark, sort_by="number", sort_order="asc")
    assert [p.id for p in listed.data if p.id in (made.id, plain.id)] == [made.id, plain.id], listed
    equal(
        [p.number for p in client.parts.list(search_query="LEITERP", sort_by="name").data if p.id == made.id],
        [number],
        "parts by name",
    )

    added = revisions.create(part_number=number, number="R 2 ä")
    refused(errors.ErrorCONFLICT, lambda: revisions.create(part_number=number, number="r 2 Ä"), "already exists")
    refused(errors.ErrorNOTFOUND, lambda: revisions.create(part_number="none", number="R"), "not found")
    refused(errors.APIError, lambda: revisions.create(part_number=number, number="x" * 61), "60")
    client.units.create(serial_number=f"{mark}-rev", part_number=number, revision_number="r1")
    revision = revisions.get(part_number=number, revision_number="r1")
    equal(
        (revision.number, revision.part.number, [u.serial_number for u in revision.units]),
        ("R1", number, [f"{mark}-rev"]),
        "revision",
    )
    equal(revisions.get(part_number=number, revision_number="r 2 ä").id, added.id, "revision with blanks")
    refused(errors.ErrorNOTFOUND, lambda: revisions.get(part_number=number, revision_number="none"), "not found")
    refused(errors.ErrorNOTFOUND, lambda: client.parts.get(number="none"), "not found")

    if not for_users(lambda: client.parts.update(number="none", new_number="")):
        for_users(lambda: client.parts.delete(number=number))
        for_users(lambda: revisions.update(part_number=number, revision_number="none", number=""))
        for_users(lambda: revisions.delete(part_number=number, revision_number="R1"))
        return
    refused(errors.ErrorCONFLICT, lambda: client.parts.update(number=f"{mark}-2", new_number=number), "already exists")
    refused(errors.APIError, lambda: client.parts.update(number=f"{mark}-2"), "at least one")
    changed = client.parts.update(number=f"{mark}-2", new_number=f"{mark}-3", name="Neu")
    equal((changed.id, changed.number, changed.name), (plain.id, f"{mark}-3", "Neu"), "changed part")
    assert changed.updated_at >= NOW - timedelta(minutes=5), changed
    refused(errors.ErrorNOTFOUND, lambda: client.parts.update(number=f"{mark}-2", name="x"), "not found")
    picture = client.attachments.initialize(name="part.png")
    equal(
        revisions.update(part_number=number, revision_number="R 2 Ä", number="R3", image_id=picture.id).id,
        added.id,
        "changed revision",
    )
    refused(errors.ErrorCONFLICT, lambda: revisions.update(part_number=number, revision_number="R3", number="r1"))
    refused(errors.ErrorNOTFOUND, lambda: revisions.update(part_number=number, revision_number="R9", number="x"))
    refused(errors.APIError, lambda: revisions.delete(part_number=number, revision_number="R1"), "units of it")
    refused(errors.APIError, lambda: client.parts.delete(number=number), "units of it")
    equal(revisions.delete(part_number=number, revision_number="r3").id, added.id, "deleted revision")
    refused(errors.ErrorNOTFOUND, lambda: revisions.delete(part_number=number, revision_number="r3"), "not found")
    ids = [r.id for r in client.parts.get(number=f"{mark}-3").revisions]
    gone = client.parts.delete(number=f"{mark}-3")
    equal((gone.id, gone.deleted_revision_ids), (plain.id, ids), "deleted part")
    refused(errors.ErrorNOTFOUND, lambda: client.parts.delete(number=f"{mark}-3"))


def check_batches() -> None:
    """Batches are made by both, changed by users."""
    number = f"{mark}_Lot-1"
    made = client.batches.create(number=number)
    refused(errors.ErrorCONFLICT, lambda: client.batches.create(number=number.upper()), "already exists")
    for wrong in ("", "x" * 101, "a b", "a/b", "a@b", 'a"b', "a,b"):
        refused(errors.ErrorBADREQUEST, client.batches.create, "validation", number=wrong)
    push(f"{mark}-B", batch_number=number, part_number=f"{mark}-BP", revision_number="r7")
    read = client.batches.get(number=number.upper())
    equal((read.id, read.number), (made.id, number), "batch")
    equal(
        [(u.serial_number, u.part.number, u.part.revision.number) for u in read.units],
        [(f"{mark}-B", f"{mark}-BP", "r7")],
        "units of the batch",
    )
    for more in (
        {"ids": [made.id]},
        {"numbers": [number.lower()]},
        {"search_query": number[:-2].upper()},
        {"part_numbers": [f"{mark}-bp"], "revision_numbers": ["R7"]},
        {"search_query": mark, "created_after": NOW - timedelta(minutes=5), "sort_by": "number", "sort_order": "asc"},
    ):
        equal([(b.id, b.unit_count) for b in client.batches.list(**more).data], [(made.id, 1)], f"batches {more}")
    equal(client.batches.list(ids=[made.id], created_before=NOW - timedelta(days=1)).data, [], "older batches")
    refused(errors.ErrorNOTFOUND, lambda: client.batches.get(number="none"), "not found")
    if not for_users(lambda: client.batches.update(number="none", new_number="")):
        for_users(lambda: client.batches.delete(number="none"))
        return
    client.batches.create(number=f"{mark}_Lot-2")
    refused(errors.ErrorCONFLICT, lambda: client.batches.update(number=f"{mark}_Lot-2", new_number=number))
    equal(client.batches.update(number=number, new_number=f"{mark}_Lot-3").id, made.id, "renamed batch")
    refused(errors.ErrorNOTFOUND, lambda: client.batches.update(number=number, new_number="x"))
    equal(client.batches.delete(number=f"{mark}_lot-3").id, [made.id], "deleted batch")
    equal(client.units.get(serial_number=f"{mark}-B").batch, None, "batch of the unit")
    refused(errors.ErrorNOTFOUND, lambda: client.batches.delete(number=number))


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


def check_users() -> None:
    """Users are told to both kinds of key."""
    if not NEWEST:
        everyone = client.user.list()
        equal([(u.name, u.image, u.banned) for u in everyone], [("Local user", None, False)], "users")
        current = [u.id for u in client.user.list(current=True)]
        equal(current, [everyone[0].id] if KIND == "user" else [], "current user")
        return
    everyone = client.users.list()
    equal([(u.name, u.image, u.banned) for u in everyone], [("Local user", None, False)], "users")
    me = client.identity.whoami()
    equal(me.type, KIND, "kind of key")
    if for_users(lambda: client.users.get_current(), errors.ErrorFORBIDDEN):
        equal(
            (client.users.get_current().id, me.user.id, me.station),
            (everyone[0].id, everyone[0].id, None),
            "current user",
        )
    else:
        equal((me.station.id, me.user), (STATION, None), "current station")


def check_newest() -> None:
    """What came in 2026: metadata and samples."""
    facts = {"vendor": "Acme", "lot": 500, "qualified": True}
    number = f"{mark}-M"
    client.parts.create(number=number, metadata=facts)
    equal(client.parts.get(number=number).metadata, facts, "metadata of a part")
    client.parts.revisions.create(part_number=number, number="M", metadata=facts)
    equal(client.parts.revisions.get(part_number=number, revision_number="M").metadata, facts, "metadata of a revision")
    client.units.create(
        serial_number=f"{mark}-m", part_number=number, revision_number="M", sample="golden", metadata=facts
    )
    client.units.update(serial_number=f"{mark}-m", metadata={"lot": None, "vendor": "Bolt"})
    unit = client.units.get(serial_number=f"{mark}-m")
    equal((unit.metadata, unit.sample), ({"vendor": "Bolt", "qualified": True}, "golden"), "metadata of a unit")
    for wrong in ({"has space": 1}, {f"k{n}": n for n in range(51)}):
        refused(errors.APIError, client.units.update, "metadata", serial_number=f"{mark}-m", metadata=wrong)
    found = client.units.list(
        metadata={"vendor": {"in": ["Bolt"]}, "qualified": {"eq": True}},
        samples=["golden"],
        include_metadata=True,
        search_query=mark,
    ).data
    equal([(u.serial_number, u.metadata) for u in found], [(f"{mark}-m", unit.metadata)], "units by metadata")
    equal(client.parts.list(metadata={"lot": {"gt": 500}}, search_query=mark).data, [], "parts by metadata")
    equal(
        [p.metadata for p in client.parts.list(metadata={"lot": {"gte": 500}}, search_query=mark).data],
        [None],
        "parts by metadata, without it",
    )
    client.units.update(serial_number=f"{mark}-m", sample=None)
    equal(client.units.get(serial_number=f"{mark}-m").sample, None, "sample after null")
    if KIND == "station":
        return
    client.parts.update(number=number, metadata={"lot": 7})
    client.parts.revisions.update(part_number=number, revision_number="M", metadata={"lot": 8})
    equal(client.parts.get(number=number).metadata["lot"], 7, "changed metadata of a part")
    station = client.stations.create(name=f"{mark} facts", metadata={"hall": "3"}).id
    client.stations.update(id=station, metadata={"row": 4})
    equal(client.stations.get(id=station).metadata, {"hall": "3", "row": 4}, "metadata of a station")
    listed = client.stations.list(metadata={"row": {"eq": 4}}, include_metadata=True, search_query=mark).data
    equal([(s.id, s.metadata) for s in listed], [(station, {"hall": "3", "row": 4})], "stations by metadata")
    refused(
        errors.ErrorBADREQUEST, lambda: client.procedures.update(id=PROCEDURE, production_branch="main"), "deployments"
    )


def main() -> None:
    """All checks in turn."""
    check_stations()
    check_procedures()
    check_versions()
    check_parts()
    check_batches()
    check_units()
    check_users()
    if NEWEST:
        check_newest()
    print("done")


main()
