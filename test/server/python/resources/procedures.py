"""Procedures and their versions."""

from __future__ import annotations

from datetime import timedelta

from checks import equal, refused
from resources.setting import KIND, NEWEST, NOW, PROCEDURE, STATION, client, for_users, mark, push, unknown, user
from tofupilot.v2 import errors


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
