"""What callers of the reference system send, and the options that it becomes.

Fields that only the reference system knows (fast_mode, priority_only, sleep_ms, run_analysis…) are ignored.
"""

from abc import abstractmethod
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Number = Annotated[int, Field(ge=0, le=1_000_000_000)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
OneLine = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=8000)]


class FunctionRequest(BaseModel):
    """A body, with the reference system's names and defaults."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    command: ClassVar[str]

    @abstractmethod
    def options(self) -> list[str]:
        """The arguments of `command`. A value is joined to its option, so that none can pass for another option."""


class ExtractAllOrgs(FunctionRequest):
    """extract-all-orgs-inventory."""

    command = "extract-all-orgs"
    limit: Count = 10
    offset: Number = 0
    min_vehicle_threshold: Number = 10
    business_type: OneLine | None = None
    dry_run: bool = False

    def options(self) -> list[str]:
        """min_vehicle_threshold is `--threshold`."""
        options = [f"--limit={self.limit}", f"--offset={self.offset}", f"--threshold={self.min_vehicle_threshold}"]
        if self.business_type:
            options.append(f"--business-type={self.business_type}")
        return options + ["--dry-run"] * self.dry_run


class ProcessImportQueue(FunctionRequest):
    """process-import-queue. `limit` and `organization_id` are ours."""

    command = "process-import-queue"
    batch_size: Count = 40
    limit: Count | None = None
    organization_id: Id | None = None
    skip_image_upload: bool = False

    def options(self) -> list[str]:
        """The same names."""
        options = [f"--batch-size={self.batch_size}"]
        if self.limit is not None:
            options.append(f"--limit={self.limit}")
        if self.organization_id is not None:
            options.append(f"--organization-id={self.organization_id}")
        return options + ["--skip-image-upload"] * self.skip_image_upload


class TrickleBackfillImages(FunctionRequest):
    """trickle-backfill-images."""

    command = "trickle-backfill-images"
    batch_size: Count = 10
    limit: Count = 100
    organization_id: Id | None = None
    max_images_per_vehicle: Number = 20
    dry_run: bool = False

    def options(self) -> list[str]:
        """max_images_per_vehicle is `--max-images`."""
        options = [f"--limit={self.limit}", f"--batch-size={self.batch_size}"]
        options.append(f"--max-images={self.max_images_per_vehicle}")
        if self.organization_id is not None:
            options.append(f"--organization-id={self.organization_id}")
        return options + ["--dry-run"] * self.dry_run


class BackfillImages(FunctionRequest):
    """backfill-images: the two ids are required, as they were."""

    command = "backfill-images"
    vehicle_id: Id
    image_urls: Annotated[list[OneLine], Field(min_length=1, max_length=1000)]
    max_images: Number = 0

    def options(self) -> list[str]:
        """An `--image-url` for each URL."""
        urls = [f"--image-url={url}" for url in self.image_urls]
        return [str(self.vehicle_id), *urls, f"--max-images={self.max_images}"]
