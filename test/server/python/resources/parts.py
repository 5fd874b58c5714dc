"""Parts with their revisions, and batches."""

from __future__ import annotations

from datetime import timedelta

from checks import equal, refused
from resources.setting import KIND, NOW, client, for_users, mark, push
from tofupilot.v2 import errors


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
