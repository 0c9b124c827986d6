"""Settings that rows were made under. When one has changed, the rows are marked anew, in batches, at the next start."""

from sqlalchemy import Engine, Text, and_, cast, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from forecourt.db.engine import database_now, reading, writing
from forecourt.db.image_places import assign_priorities
from forecourt.db.tables import applied_settings, vehicle_images

_BATCH = 1000


def apply_cap(engine: Engine, *, cap: int) -> None:
    """Priorities under another FORECOURT_MAX_IMAGES_PER_VEHICLE → under this one."""
    if _is_applied(engine, "max_images_per_vehicle", str(cap)):
        return
    last: int | None = 0
    while last is not None:
        with writing(engine) as connection:
            more = select(vehicle_images.c.vehicle_id).where(vehicle_images.c.vehicle_id > last).distinct()
            vehicle_ids = connection.scalars(more.order_by(vehicle_images.c.vehicle_id).limit(_BATCH)).all()
            assign_priorities(connection, vehicle_ids, cap=cap, now=database_now(connection))
            last = max(vehicle_ids, default=None)
    _remember(engine, "max_images_per_vehicle", str(cap))


def apply_public_url(engine: Engine, *, public_url: str | None) -> None:
    """`image_url` of stored images under another FORECOURT_PUBLIC_IMAGE_URL → under this one, or `/i/{id}`."""
    if _is_applied(engine, "public_image_url", public_url or ""):
        return
    images = vehicle_images.c
    address = (
        f"{public_url.rstrip('/')}/" + images.storage_path if public_url else literal("/i/") + cast(images.id, Text)
    )
    last: int | None = 0
    while last is not None:
        with writing(engine) as connection:
            batch = select(images.id).where(images.id > last).order_by(images.id).limit(_BATCH)
            last = connection.scalar(select(func.max(batch.subquery().c.id)))
            ours = and_(images.id.in_(batch), ~images.is_external, images.storage_path.is_not(None))
            connection.execute(
                update(vehicle_images).where(ours, images.image_url != address).values(image_url=address)
            )
    _remember(engine, "public_image_url", public_url or "")


def _is_applied(engine: Engine, name: str, value: str) -> bool:
    with reading(engine) as connection:
        known = select(applied_settings.c.value).where(applied_settings.c.name == name)
        return connection.scalar(known) == value


def _remember(engine: Engine, name: str, value: str) -> None:
    with writing(engine) as connection:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(
            dialect.insert(applied_settings)
            .values(name=name, value=value)
            .on_conflict_do_update(index_elements=["name"], set_={"value": value})
        )
