"""The pages people look at: whole without JavaScript; a small script swaps photos as they become ours."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from forecourt.db.engine import database_now, reading
from forecourt.db.shown import ChangeCursor, ShownImage, list_vehicles, one_vehicle
from forecourt.web import page_text
from forecourt.web.api import LARGEST_ID
from forecourt.web.change_feed import LATE_COMMIT
from forecourt.web.events import write_cursor
from forecourt.web.site import Site

VEHICLES_PER_PAGE = 24


def open_templates() -> Jinja2Templates:
    """Everything is escaped, and a name that is missing is an error."""
    environment = Environment(
        loader=PackageLoader("forecourt.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "readable": page_text.readable,
        "name_of": page_text.name_of,
        "price_of": page_text.price_of,
        "mileage_of": page_text.mileage_of,
        "sale_of": page_text.sale_of,
        "facts_of": page_text.facts_of,
        "duration": page_text.duration,
        "spelled": page_text.spelled,
    }
    return Jinja2Templates(env=environment)


def page_routes(site: Site, templates: Jinja2Templates) -> APIRouter:
    """The routes, for GET and HEAD."""
    router = APIRouter(include_in_schema=False)

    @router.head("/")
    @router.get("/")
    def vehicles(request: Request, before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None) -> Response:
        """The newest vehicles; `before` is the last one of the page before."""
        with reading(site.engine) as connection:
            live_from = _now_cursor(database_now(connection))
            found = list_vehicles(connection, before_id=before, limit=VEHICLES_PER_PAGE + 1)
        shown = found[:VEHICLES_PER_PAGE]
        older = shown[-1].columns["id"] if len(found) > len(shown) else None
        values = {"vehicles": shown, "before": before, "older": older, "live_from": live_from}
        return templates.TemplateResponse(request, "vehicles.html", values)

    @router.head("/vehicles/{vehicle_id}")
    @router.get("/vehicles/{vehicle_id}")
    def vehicle(request: Request, vehicle_id: str) -> Response:
        """One vehicle and its gallery."""
        found = None
        with reading(site.engine) as connection:
            live_from = _now_cursor(database_now(connection))
            if vehicle_id.isascii() and vehicle_id.isdigit() and int(vehicle_id) <= LARGEST_ID:
                found = one_vehicle(connection, int(vehicle_id))
        if found is None:
            raise HTTPException(404, "There is no such vehicle.")
        photos = gallery_of(found.images)
        values: dict[str, Any] = {
            "vehicle": found.columns,
            "photos": photos,
            "ours": sum(not photo.is_external for photo in photos),
            "listing_url": site.outward(found.columns["listing_url"]),
            "live_from": live_from,
        }
        return templates.TemplateResponse(request, "vehicle.html", values)

    @router.head("/progress")
    @router.get("/progress")
    def progress(request: Request) -> Response:
        """How far the work is."""
        return templates.TemplateResponse(request, "progress.html", {"state": site.progress.read()})

    return router


def gallery_of(images: Iterable[ShownImage]) -> Sequence[ShownImage]:
    """The primary photo, then the others by position; equal bytes once, and nothing that was taken down."""
    living = [image for image in images if image.status != "removed"]
    first_of: dict[str | int, ShownImage] = {}
    for image in sorted(living, key=lambda image: (not image.is_primary, image.position)):
        first_of.setdefault(image.file_hash if image.file_hash and not image.is_external else image.id, image)
    return list(first_of.values())


def _now_cursor(now: datetime) -> str:
    """Where the page's script begins to listen: a little before what the page shows, for late commits."""
    return write_cursor(ChangeCursor(now - LATE_COMMIT, 0))
