"""The others, each set up so that it does best at this task, and the two floors."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from bench.contestant import Prepared, Task
from bench.measure import Command

_SPIDER = Path(__file__).with_name("scrapy_spider.py")


@dataclass(frozen=True)
class Peer:
    """What all of them have.

    Args:
        programs: The folder of the programs of their own environment.
    """

    programs: Path
    least_stored: float = field(default=0.9, kw_only=True)

    def server_cpu_seconds(self) -> float:
        """They need no database."""
        return 0.0


@dataclass(frozen=True)
class Scrapy(Peer):
    """Its ImagesPipeline: it decodes each photo and writes it anew as a JPEG."""

    name: str = "scrapy"
    proves: str = "decodes, re-encodes"

    def prepare(self, task: Task, folder: Path) -> Prepared:
        """One item for each vehicle."""
        (folder / "vehicles.json").write_text(json.dumps(task.vehicles), encoding="utf-8")
        store = folder / "images"
        settings = {
            "IMAGES_STORE": store,
            "ITEM_PIPELINES": json.dumps({"scrapy.pipelines.images.ImagesPipeline": 1}),
            "CONCURRENT_REQUESTS": task.concurrency,
            "CONCURRENT_REQUESTS_PER_DOMAIN": task.of_one_host,  # its downloads of images heed no other bound
            "DOWNLOAD_DELAY": 0,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
        }
        set_to = [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]
        words: list[str | Path] = [
            self.programs / "scrapy",
            "runspider",
            _SPIDER,
            "-a",
            "vehicles=vehicles.json",
            *set_to,
        ]
        return Prepared(Command(words, folder, task.trust), store)


@dataclass(frozen=True)
class Img2dataset(Peer):
    """Decoding, in the size that the photo has; two processes."""

    name: str = "img2dataset"
    proves: str = "decodes, does not notice damage in the middle"
    skips_encoding: bool = True  # what is a JPEG already is written as it came; by its default it is encoded anew
    processes: int = 2
    shards_of_a_process: int = 4  # after five its pool starts a new one

    def prepare(self, task: Task, folder: Path) -> Prepared:
        """Shards enough that both processes are busy to the end."""
        (folder / "urls.txt").write_text("\n".join(task.urls) + "\n", encoding="ascii")
        options = {
            "url_list": "urls.txt",
            "input_format": "txt",
            "output_folder": "images",
            "output_format": "files",
            "processes_count": self.processes,
            "thread_count": -(-task.concurrency // self.processes),
            "number_sample_per_shard": -(-len(task.urls) // (self.processes * self.shards_of_a_process)),
            "image_size": 100_000,
            "resize_mode": "keep_ratio",
            "resize_only_if_bigger": True,
            "skip_reencode": self.skips_encoding,
        }
        words: list[str | Path] = [
            self.programs / "img2dataset",
            *(f"--{name}={value}" for name, value in options.items()),
        ]
        environment = {"NO_ALBUMENTATIONS_UPDATE": "1", **task.trust}
        return Prepared(Command(words, folder, environment), folder / "images")


@dataclass(frozen=True)
class Curl(Peer):
    """To the disk, and nothing else."""

    name: str = "curl"
    proves: str = "nothing"

    def prepare(self, task: Task, folder: Path) -> Prepared:
        """Names are numbers."""
        store = folder / "images"
        store.mkdir()
        lines = (f'url = "{url}"\noutput = "images/{number}.jpg"\n' for number, url in enumerate(task.urls))
        (folder / "curl.conf").write_text("".join(lines), encoding="ascii")
        words: list[str | Path] = [
            "curl",
            "-Z",
            "--parallel-max",
            str(task.concurrency),
            "--fail",
            "-sS",
            "--config",
            "curl.conf",
        ]
        if task.authority:
            words += ["--cacert", str(task.authority)]
        return Prepared(Command(words, folder), store)


@dataclass(frozen=True)
class BareLoop(Peer):
    """The least that fetching, hashing, proving and keeping take.

    Args:
        script: It lies outside the project.
    """

    script: Path
    name: str = "bare-loop"
    proves: str = "everything, settles nothing"
    processes: int = 2

    def prepare(self, task: Task, folder: Path) -> Prepared:
        """Two processes, half of the requests each."""
        (folder / "urls.txt").write_text("\n".join(task.urls) + "\n", encoding="ascii")
        each = -(-task.concurrency // self.processes)
        words: list[str | Path] = [self.programs / "python", self.script, "urls.txt", "images"]
        words += ["--processes", str(self.processes), "--concurrency", str(each)]
        return Prepared(Command(words, folder, task.trust), folder / "images")
