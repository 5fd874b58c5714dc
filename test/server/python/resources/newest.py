"""What only the newest clients can say."""

from __future__ import annotations

from checks import equal, refused
from resources.setting import KIND, PROCEDURE, client, mark
from tofupilot.v2 import errors


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
