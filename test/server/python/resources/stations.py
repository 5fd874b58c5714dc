"""Stations: who may make, read and change them, with linked procedures and a picture."""

from __future__ import annotations

import httpx
from checks import equal, refused
from resources.setting import PROCEDURE, STATION, VERSION, client, for_users, mark, unknown
from tofupilot.v2 import errors


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
    twin = client.stations.create(name=f"{mark} PRÜFSTAND")
    assert twin.id != made.id, "stations are identified by id"
    client.stations.remove(id=twin.id)
    refused(errors.ErrorBADREQUEST if VERSION >= (2, 26) else errors.APIError, lambda: client.stations.create(name=" "))
    other = client.stations.create(name=f"{mark} other")
    found = client.stations.list(search_query=f"{mark}".upper(), limit=1)
    equal((len(found.data), found.meta.has_more, found.meta.next_cursor), (1, True, 1), "first page of stations")
    equal(len(client.stations.list(search_query=mark, cursor=1).data), 1, "second page of stations")
    linked = client.stations.list(search_query=mark, procedure_ids=[PROCEDURE]).data
    equal(
        [(s.id, s.procedures_count, s.procedures[0].id) for s in linked], [(made.id, 1, PROCEDURE)], "linked stations"
    )
    equal(client.stations.update(id=other.id, name=f"{mark} prüfstand").id, other.id, "second station of a name")
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
