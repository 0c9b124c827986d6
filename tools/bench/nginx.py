"""nginx on loopback addresses: one host each, all with the same files; it notes each request."""

import os
import resource
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from bench.cpu import cpu_seconds_of_tree
from get_bench_parts import ECHO_MODULE, nginx

_MOST_FILES = 65_536  # one of its processes has open at once
_MOST_SOCKETS = 1000
_CONFIG = """
{load}
{user}
daemon off;
worker_processes 2;
worker_rlimit_nofile {files};
error_log stderr error;
pid nginx.pid;
events {{ worker_connections 8192; }}
http {{
    types {{ image/jpeg jpg jpeg; image/png png; }}
    log_format one '$status $connection $ssl_session_reused $server_addr $uri';
    access_log requests.log one;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000;
    open_file_cache max={kept_open} inactive=1h;
    client_body_temp_path tmp/body; proxy_temp_path tmp/proxy; fastcgi_temp_path tmp/fastcgi;
    uwsgi_temp_path tmp/uwsgi; scgi_temp_path tmp/scgi;
    server {{
        {listen}
        {tls}
        root {root};
        allow 127.0.0.0/8;
        deny all;
        {location}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """A running one.

    Attributes:
        authority: The certificate to trust; None where it speaks plain HTTP.
    """

    process_id: int
    folder: Path
    addresses: list[str]
    port: int
    authority: Path | None

    def url(self, host: int, name: str) -> str:
        """Of a file, at one of the hosts."""
        return f"{'https' if self.authority else 'http'}://{self.addresses[host]}:{self.port}/{name}"

    def cpu_seconds(self) -> float:
        """Of all its processes, from its start."""
        return cpu_seconds_of_tree(self.process_id)

    def answers(self) -> int:
        """How many it has given."""
        return (self.folder / "requests.log").read_bytes().count(b"\n")

    def forget_requests(self) -> None:
        """Begin to count anew."""
        os.truncate(self.folder / "requests.log", 0)


@contextmanager
def running_nginx(root: Path, *, hosts: int, tls: bool = False, delay_seconds: float = 0) -> Iterator[Nginx]:
    """From `with` to its end.

    Args:
        delay_seconds: How long each answer is held back; needs the module of Debian's libnginx-mod-http-echo.
    """
    program = nginx()
    if program is None:
        raise SystemExit("there is no nginx: run tools/get_bench_parts.py")
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "tmp").mkdir()
        addresses, port = addresses_of(hosts), _free_port()
        listening = addresses if hosts <= _MOST_SOCKETS else ["0.0.0.0"]  # noqa: S104 (only loopback is answered)
        files = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], _MOST_FILES)
        config = _CONFIG.format(
            files=files,
            kept_open=files // 4,
            load=f"load_module {ECHO_MODULE};" if delay_seconds else "",
            user="user root;" if os.geteuid() == 0 else "",
            listen="".join(f"listen {each}:{port}{' ssl' if tls else ''} backlog=4096;" for each in listening),
            tls=_certified(folder, addresses) if tls else "",
            root=root,
            location=_delayed(delay_seconds) if delay_seconds else "",
        )
        (folder / "nginx.conf").write_text(config, encoding="utf-8")
        process = subprocess.Popen([program, "-p", folder, "-c", "nginx.conf", "-e", "stderr"])
        try:
            _wait_until_open(process, addresses[-1], port)
            yield Nginx(process.pid, folder, addresses, port, folder / "authority.pem" if tls else None)
        finally:
            process.terminate()
            process.wait()


def addresses_of(hosts: int) -> list[str]:
    """127.1.0.1 and on; all of them loopback, and known without any table of names."""
    return [f"127.{1 + (n >> 16)}.{n >> 8 & 255}.{n & 255}" for n in range(1, hosts + 1)]


def _certified(folder: Path, addresses: list[str]) -> str:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    authority.issue_cert(*addresses).private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    return "ssl_certificate server.pem; ssl_certificate_key server.pem; ssl_session_cache shared:all:10m;"


def _delayed(seconds: float) -> str:
    return f"location / {{ echo_sleep {seconds:g}; echo_exec @file; }} location @file {{ try_files $uri =404; }}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_open(process: subprocess.Popen[bytes], address: str, port: int) -> None:
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((address, port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nginx ended with {process.returncode}")
