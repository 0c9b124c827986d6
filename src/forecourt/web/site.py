"""What every route works with."""

from dataclasses import dataclass

from sqlalchemy import Engine

from forecourt.db.shown import ShownImage
from forecourt.errors import PermanentError
from forecourt.fetch.address import judge_url
from forecourt.settings import Settings
from forecourt.storage import PhotoStore
from forecourt.web.kept_progress import KeptProgress


@dataclass(frozen=True)
class Site:
    """Opened once per process, handed to each room of routes."""

    settings: Settings
    engine: Engine
    store: PhotoStore
    progress: KeptProgress

    def outward(self, url: str | None) -> str | None:
        """The URL in the form in which a browser may get it; None where our own rules would not ask for it."""
        if not url:
            return None
        try:
            return judge_url(url, allowed_networks=self.settings.allowed_networks).url
        except PermanentError:
            return None

    def public_url(self, image: ShownImage) -> str | None:
        """Where our copy lies for everybody, if FORECOURT_PUBLIC_IMAGE_URL is set."""
        return self.store.url(image.storage_path) if image.storage_path else None
