"""The bytes decide (I06, I07, I11)."""

import pytest
from photo_made import encoded, picture

from forecourt.photo.types import AVIF, GIF, JPEG, PNG, SUPPORTED, WEBP, NotSupported, sniff


@pytest.mark.parametrize(
    ("kind", "found"), [("JPEG", JPEG), ("PNG", PNG), ("WEBP", WEBP), ("GIF", GIF), ("AVIF", AVIF)]
)
def test_what_we_keep_is_known_by_its_first_bytes(kind: str, found: object) -> None:
    assert sniff(encoded(picture(120, 90), kind)[:1024]) == found


def test_no_two_types_share_an_extension() -> None:
    assert {kind.extension for kind in SUPPORTED.values()} == {"jpg", "png", "webp", "gif", "avif"}


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
        (b'<?xml version="1.0"?>\n<!-- drawn -->\n<!DOCTYPE svg PUBLIC "x" "y" [<!ENTITY a "b">]><svg/>', "SVG"),
        (b"\xef\xbb\xbf  <svg/>", "SVG"),
        (b"<svg:svg/>", "SVG"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"MM\0*\0\0\0\x08", "TIFF"),
        (b"BM\x46\0\0\0", "BMP"),
        (b"%PDF-1.7\n", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "EPS"),
        (b"\xc5\xd0\xd3\xc6\x1e\0\0\0", "EPS"),
        (b"PK\x03\x04\x14\0", "ZIP"),
        (b"8BPS\0\x01", "PSD"),
        (b"\0\0\x01\0\x01\0", "ICO"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\xff\x0a\xfa", "JPEG XL"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", "MP4"),
        (b"\x00\x01\x02\x03", "an unknown type"),
        (b"", "an unknown type"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "an unknown type"),
    ],
)
def test_what_we_do_not_keep_is_called_by_its_name(head: bytes, name: str) -> None:
    assert sniff(head) == NotSupported(name)


@pytest.mark.parametrize(
    "head",
    [
        b"<!DOCTYPE html><title>No hotlinking</title>",
        b"\n\n  <HTML>",
        b"\xef\xbb\xbf<!doctype html>",
        "\ufeff<html>".encode("utf-16-le"),
        b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0"><html>',
        b"<!-- served by cache 7 --><body>",
        b"<script>location='/'</script>",
        b"Access denied",
        b'{"error": "not found"}',
        "Zugriff verweigert: für Sie gesperrt".encode(),
    ],
)
def test_a_web_page_or_a_line_of_text_is_told_apart(head: bytes) -> None:
    found = sniff(head)

    assert isinstance(found, NotSupported)
    assert found.is_web_page
