"""The order of requests at a real server: what dies first, what vanishes, every first photo, then the rest."""

from datetime import timedelta

from running_program import Program, ended, images, shown
from servers.dealer_site import DealerSite, dealer_site, wait_until
from sqlalchemy import Engine, update

from forecourt.db.engine import database_now, writing
from forecourt.db.image_places import assign_priorities
from forecourt.db.tables import organization_vehicles, organizations, vehicle_images
from forecourt.schedule import EXPIRING, sort_key

VEHICLES, PHOTOS = 200, 2
SIGNED, VANISHED, DEAD = range(150, 170), range(170, 180), range(180, 185)


def test_two_hundred_vehicles_are_asked_for_in_the_promised_order(program: Program) -> None:
    """URLs that die, the sooner the earlier, none of them too late; vanished listings; primary photos; the rest.

    Those that are dead already are not asked for. One request at a time, so that the server sees the order.
    """
    with dealer_site(vehicles=VEHICLES, photos=PHOTOS) as site:
        vehicle_ids = shown(program.engine, site)
        _mark(program.engine, site, vehicle_ids)
        with program.started("worker", host_concurrency=1, concurrency=1) as process:
            wait_until(lambda: not _left(program.engine), seconds=100)
            process.terminate()
            assert ended(process).code == 0
        asked = list(site.photo_requests)  # by the first request of each

    place = [(number, position) for number in range(VEHICLES) for position in range(PHOTOS)]
    usual = [each for each in place if each[0] not in {*SIGNED, *VANISHED, *DEAD}]
    by_turn = sorted(usual, key=lambda each: (each[1], each[0]))
    soonest_first = [(number, position) for number in reversed(SIGNED) for position in range(PHOTOS)]
    vanished = sorted(
        ((number, position) for number in VANISHED for position in range(PHOTOS)),
        key=lambda each: sort_key(position=each[1], turn=each[0] + 1, is_primary=each[1] == 0),
    )
    assert asked == [site.photo_urls_of(number)[position] for number, position in (*soonest_first, *vanished, *by_turn)]
    assert set(site.photo_requests.values()) == {1}
    kinds = {row["failure_kind"] for row in images(program.engine) if row["is_external"]}
    assert (len(asked), kinds) == ((VEHICLES - len(DEAD)) * PHOTOS, {"expired"})


def _mark(engine: Engine, site: DealerSite, vehicle_ids: list[int]) -> None:
    """Sign the photos of some vehicles, the last one's for the shortest time, and let the listings of others vanish."""
    rows, links = vehicle_images.c, organization_vehicles.c
    with writing(engine) as connection:
        now = database_now(connection).replace(microsecond=0)
        connection.execute(update(organizations).values(last_extracted_at=now))  # or the worker reads it anew
        for number in (*SIGNED, *DEAD):
            for position, url in enumerate(site.photo_urls_of(number)):
                minutes = 60 - number / 10 + position / 100 if number in SIGNED else -60
                dies_at = now + timedelta(minutes=minutes)
                signed = f"{url}?Expires={int(dies_at.timestamp())}&Signature=abcdef"
                this = (rows.vehicle_id == vehicle_ids[number]) & (rows.position == position)
                connection.execute(update(vehicle_images).where(this).values(source_url=signed, expires_at=dies_at))
        vanished = [vehicle_ids[number] for number in VANISHED]
        connection.execute(update(organization_vehicles).where(links.vehicle_id.in_(vanished)).values(status="gone"))
        assign_priorities(connection, vehicle_ids, cap=20, now=now)
        signed_ones = [vehicle_ids[number] for number in DEAD]
        dead = rows.vehicle_id.in_(signed_ones)
        connection.execute(
            update(vehicle_images).where(dead).values(priority=EXPIRING, sort_key=int(now.timestamp()) - 3600)
        )


def _left(engine: Engine) -> int:
    return sum(
        row["is_external"] and row["next_attempt_at"] is None and row["status"] == "pending" for row in images(engine)
    )
