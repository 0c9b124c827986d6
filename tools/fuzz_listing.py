"""Read spoilt pages for a while, and say which of them did what no page may do.

Each case follows from the seed and its number alone. A page may raise nothing, break no promise about what comes out,
take no more than 1 s of CPU and 200 MB. Cases are read in a child process, so that one that hangs or kills is named.
"""

import argparse
import faulthandler
import json
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from fuzz_cases import Case, Finding, case, findings, seedlings
from fuzzing import case_options

_HANGS_CPU_SECONDS = 20
_MOST_ADDRESS_BYTES = 3 * 1024**3


def main() -> int:
    """0 where nothing was found, 1 where something was."""
    options = _options()
    if options.child:
        _child(options.seed, options.first, options.real)
        return 0
    if options.only is not None:
        return _only(options)
    counts: Counter[str] = Counter()
    found = 0
    for message in _cases(options):
        if "number" in message and "what" in message:
            found += 1
            case_told = f"case {message['number']} of {message['name']}, {message['size']} bytes"
            print(f"{message['what']}: {case_told}: {message['detail']}", flush=True)
        else:
            counts[str(message["kind"])] += 1
    kinds = ", ".join(f"{kind} {count}" for kind, count in counts.most_common())
    print(f"{counts.total()} cases read ({kinds}), {found} findings")
    return 1 if found else 0


def _options() -> argparse.Namespace:
    parser = case_options(__doc__)
    parser.add_argument("--save", type=Path, help="with --only: write its bytes to this file")
    parser.add_argument(
        "--smallest", action="store_true", help="with --only: first take away what is not needed for it"
    )
    parser.add_argument("--no-real", dest="real", action="store_false", help="leave the real pages out")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _cases(options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Messages of one child after another, until the time is over."""
    until, first = time.monotonic() + options.seconds, options.first
    while time.monotonic() < until:
        words = [sys.executable, __file__, "--child", "--seed", str(options.seed), "--first", str(first)]
        words += [] if options.real else ["--no-real"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            at: dict[str, object] = {}
            for message in _messages(child, until):
                at = message if "begun" in message else at
                if "begun" not in message:
                    yield message
            over = child.poll() is None and time.monotonic() >= until
            child.kill()
            words_left = child.stderr.read() if child.stderr else ""
            if not over and at:
                yield asdict(Finding(_number(at), str(at["name"]), "died", words_left[-3_000:], _number(at, "size")))
            first = _number(at) + 1 if at else first


def _messages(child: "subprocess.Popen[str]", until: float) -> Iterator[dict[str, object]]:
    """What a child says, until it ends or the time is over. It ends itself where a case hangs."""
    for line in child.stdout or ():
        yield json.loads(line)
        if time.monotonic() >= until:
            return


def _child(seed: int, first: int, real: bool) -> None:  # noqa: FBT001 (a flag of the command line)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESS_BYTES, _MOST_ADDRESS_BYTES))
    faulthandler.register(signal.SIGXCPU, chain=True)
    good, number = seedlings(real=real), first
    while True:
        one = case(seed, number, good)
        _say({"begun": number, "number": number, "name": one.name, "size": len(one.body)})
        used = int(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (used + _HANGS_CPU_SECONDS, resource.RLIM_INFINITY))
        for finding in findings(one):
            _say(asdict(finding))
        _say({"kind": one.kind})
        number += 1


def _only(options: argparse.Namespace) -> int:
    one = case(options.seed, options.only, seedlings(real=options.real))
    if options.save:
        options.save.write_bytes(one.body)  # before it is read: it may hang
    found = list(findings(one))
    if options.smallest and found:
        one = _smallest(one, found[0].what)
        found = list(findings(one))
        if options.save:
            options.save.write_bytes(one.body)
    for finding in found:
        print(f"{finding.what}: {finding.detail}")
    print(f"case {one.number} of {one.name}, kind {one.kind}, {one.content_type}, {len(one.body)} bytes, {one.url}")
    return 1 if found else 0


def _smallest(one: Case, what: str) -> Case:
    """Without each part that is not needed for the finding, parts getting smaller."""
    part = max(1, len(one.body) // 2)
    while part:
        at = 0
        while at < len(one.body):
            less = Case(
                one.number, one.name, one.kind, one.url, one.content_type, one.body[:at] + one.body[at + part :]
            )
            if any(finding.what == what for finding in findings(less)):
                one = less
            else:
                at += part
        part //= 2
    return one


def _say(message: dict[str, object]) -> None:
    print(json.dumps(message), flush=True)


def _number(message: dict[str, object], name: str = "number") -> int:
    return int(str(message[name]))


if __name__ == "__main__":
    sys.exit(main())
