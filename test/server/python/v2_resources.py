"""Drives stations, procedures, versions, parts, revisions, batches, units and users of the real v2 client.

Compares what was sent with what comes back, and the class of each refusal with what the official tests expect.
Arguments: kind of key ("user" or "station"), the server's URL, the id of a procedure that the station is linked to, the
station's id, a user key for what a station must find made already. The key is in TOFUPILOT_API_KEY. Ends with 0 when
all is as it should be.
"""

from __future__ import annotations

from checks import equal
from resources.newest import check_newest
from resources.parts import check_batches, check_parts
from resources.procedures import check_procedures, check_versions
from resources.setting import KIND, NEWEST, STATION, client, for_users
from resources.stations import check_stations
from resources.units import check_units
from tofupilot.v2 import errors


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
