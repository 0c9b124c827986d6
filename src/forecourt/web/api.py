"""`/api`: vehicles, organizations and the state of the work as JSON; `/healthz` and `/readyz`."""

import os
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from forecourt.db.engine import reading
from forecourt.db.shown import ShownImage, list_organizations, list_vehicles, one_vehicle
from forecourt.web.site import Site

LARGEST_ID = 2**63 - 1
Cursor = Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$", description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]
_NOT_SHOWN = {"vehicle_id", "file_hash"}
_ONLY_ALONE = {"description", "origin_metadata"}  # long; the list goes without


def api_routes(site: Site) -> APIRouter:
    """The routes that read."""
    router = APIRouter(tags=["api"])

    @router.get("/api/vehicles")
    def vehicles(cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
        """Vehicles, the newest first, each with its primary image."""
        with reading(site.engine) as connection:
            found = list_vehicles(connection, before_id=int(cursor) if cursor else None, limit=limit + 1)
        items = [
            {name: value for name, value in vehicle.columns.items() if name not in _ONLY_ALONE}
            | {
                "primary_image": image_as_json(site, vehicle.primary) if vehicle.primary else None,
                "images_count": vehicle.images_count,
                "stored_images_count": vehicle.stored_count,
            }
            for vehicle in found[:limit]
        ]
        return _page(items, more=len(found) > limit)

    @router.get("/api/vehicles/{vehicle_id}")
    def vehicle(vehicle_id: int) -> dict[str, Any]:
        """A vehicle and all its images by position."""
        if not 0 < vehicle_id <= LARGEST_ID:
            raise HTTPException(404, "There is no such vehicle.")
        with reading(site.engine) as connection:
            found = one_vehicle(connection, vehicle_id)
        if found is None:
            raise HTTPException(404, "There is no such vehicle.")
        return {**found.columns, "images": [image_as_json(site, image) for image in found.images]}

    @router.get("/api/organizations")
    def organizations(cursor: Cursor = None, limit: Limit = 50) -> dict[str, Any]:
        """Organizations in the order in which they were added."""
        with reading(site.engine) as connection:
            found = list_organizations(connection, after_id=int(cursor or 0), limit=limit + 1)
        return _page(found[:limit], more=len(found) > limit)

    @router.get("/api/status")
    def status() -> dict[str, Any]:
        """The three monitoring counts; images by status and failure kind; the import queue; rate and time left."""
        return site.progress.read().as_json()

    return router


def health_routes(site: Site) -> APIRouter:
    """What a supervisor asks, some of them by HEAD."""
    router = APIRouter(tags=["health"])

    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz")
    async def health() -> dict[str, str]:
        """The process is up."""
        return {"status": "up"}

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz")
    def ready() -> JSONResponse:
        """The database answers and the photo store can be used; 503 otherwise, and which of them cannot."""
        trouble = {name: why for name, why in (("database", _database(site)), ("store", _store(site))) if why}
        return JSONResponse(
            {"status": "not ready", **trouble} if trouble else {"status": "ready"}, 503 if trouble else 200
        )

    return router


def image_as_json(site: Site, image: ShownImage) -> dict[str, Any]:
    """The columns that callers get. A dealer's URL that our rules forbid is not handed on: `/i/{id}` stands for it."""
    shown = {name: value for name, value in asdict(image).items() if name not in _NOT_SHOWN}
    if site.outward(image.source_url) is None:
        shown["source_url"] = None
    if image.is_external and site.outward(image.image_url) is None:
        shown["image_url"] = f"/i/{image.id}"
    return shown


def _page(items: list[dict[str, Any]], *, more: bool) -> dict[str, Any]:
    return {"items": items, "next": str(items[-1]["id"]) if more else None}


def _database(site: Site) -> str | None:
    try:
        with reading(site.engine) as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return "does not answer"
    return None


def _store(site: Site) -> str | None:
    usable = os.access(site.store.scratch, os.R_OK | os.W_OK | os.X_OK)
    return None if usable else "cannot be written"
