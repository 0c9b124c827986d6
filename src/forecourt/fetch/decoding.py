"""One layer of Content-Encoding, counted by what comes out of it.

A kilobyte can unpack to a megabyte, and that again: what is decoded is handed on in pieces of 64 KiB, so that whoever
counts them can stop, and never a second time.
"""

import zlib
from collections.abc import Iterator, Sequence
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # it ships no types

from forecourt.errors import TransientError
from forecourt.failure_kinds import FailureKind

PIECE_BYTES = 64 * 1024
MOST_MEMBERS = 1024  # each costs a new decoder, and may hold nothing
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32  # the stream says which


class Decoder(Protocol):
    """Turns the bytes on the wire into the bytes that were meant."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Give what these bytes unpack to, in pieces of at most about 64 KiB."""

    def finish(self) -> None:
        """The body has ended.

        Raises:
            TransientError: INCOMPLETE, if the stream had not.
        """


def decoder_for(content_encodings: Sequence[str]) -> Decoder | None:
    """Choose by the Content-Encoding headers of an answer; None where there is nothing to decode.

    Raises:
        TransientError: PROTOCOL, for a coding that we do not know, and for more than one layer.
    """
    codings = [part.strip().lower() for header in content_encodings for part in header.split(",")]
    match [coding for coding in codings if coding not in {"", "identity"}]:
        case []:
            return None
        case ["gzip" | "x-gzip" | "deflate"]:
            return _Inflate()
        case ["br"]:
            return _Brotli()
        case _:
            raise TransientError(FailureKind.PROTOCOL, "a Content-Encoding that nobody asked for")


class _Inflate:
    """gzip, of one or several members, and zlib. What follows the end and is no member is ignored, as browsers do."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._members = 1

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream.eof:
                if not data.startswith(b"\x1f\x8b"):
                    return
                self._members += 1
                if self._members > MOST_MEMBERS:
                    raise TransientError(FailureKind.PROTOCOL, f"gzip of more than {MOST_MEMBERS} members")
                self._stream = zlib.decompressobj(_GZIP_OR_ZLIB)
            try:
                piece = self._stream.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise TransientError(FailureKind.PROTOCOL, "broken gzip") from error
            if piece:
                yield piece
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def finish(self) -> None:
        if not self._stream.eof:
            raise TransientError(FailureKind.INCOMPLETE, "the gzip stream has no end")


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decode(self, data: bytes) -> Iterator[bytes]:
        while not self._stream.is_finished():
            try:
                piece = self._stream.process(data, output_buffer_limit=PIECE_BYTES)
            except brotli.error as error:
                raise TransientError(FailureKind.PROTOCOL, "broken brotli") from error
            if piece:
                yield piece
            if self._stream.can_accept_more_data():
                return
            data = b""

    def finish(self) -> None:
        if not self._stream.is_finished():
            raise TransientError(FailureKind.INCOMPLETE, "the brotli stream has no end")
