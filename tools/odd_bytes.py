"""What strangers write where a number, a text, an address or a script should stand."""

NUMBERS = (
    b"0", b"-1", b"-0.0", b"1e999", b"1e-999", b"NaN", b"Infinity", b"9" * 5000, b"0x10", b"1_000", b"00000000001",
    b"2147483648", b"9223372036854775808", b"1.7976931348623157e308", b".5", b"5.", b"1,2,3,4", b"12.345.678,9",
    "٣٤٥".encode(), "½".encode(), "①②".encode(), "１２３".encode(), "²".encode(), "৪৫".encode(),  # noqa: RUF001 (digits, says Unicode)
)  # fmt: skip
TEXTS = (
    b"\0", b"\\u0000", b"\\ud800", b"\xed\xa0\x80", b"\xff\xfe", b"\xef\xbb\xbf", b"&#0;", b"&#xd800;", b"&#1114112;",
    "\u202e\u202d\u200b".encode(), "\u0130\u0131\u017fK".encode(), "ß".encode() * 300,
    ("a" + "\u0301" * 2_000).encode(),
    b"\r\n\t\x0b\x0c\x1c\x85", b"</script>", b"<!--", b"-->", b"]]>", b"<![CDATA[", b"\\", b'"', b"'", b"{", b"}", b"[",
    b"]", b",", b":", b"null", b"true", b"&amp;" * 500, b"%00", b"%", b" " * 20_000, b"$" * 5_000, b"1 " * 5_000,
    b"1." * 5_000, b"a-" * 5_000, b"," * 5_000,
)  # fmt: skip
ADDRESSES = (
    b"http://", b"http://[", b"http://[::1", b"//", b"///", b"http:a", b"http://a:99999/x.jpg", b"http://a:b/x.jpg",
    b"?", b"#", b"", b"javascript:alert(1)", b"data:image/png;base64,AAAA", b"http://u:p@h.example/x.jpg",
    b"http://\xff/x.jpg", b"http://h.example/%", b"http://h.example/" + b"a/" * 4_000 + b".jpg",
    b"http://" + b"a." * 200 + b"example/", b"file:///etc/passwd", b"http://h.example\\@i.example/x.jpg",
    "http://\u2177.example/x.jpg".encode(), "http://h\uff0eexample/x.jpg".encode(),
    b"http://h.example/{size}/{size}.jpg", b"h.example/x.jpg, ,,x 2x,",
)  # fmt: skip
SCRIPTS = (
    b'<script type="application/ld+json">', b'<script type="application/json" id="__NEXT_DATA__">',
    b"<script>window.__INITIAL_STATE__ = ", b'<script>self.__next_f.push([1,"', b'<script>x = JSON.parse("',
    b"<div data-vehicle='", b"<img srcset='", b"<style>", b"<noscript>",
)  # fmt: skip
UNITS = (
    b"1", b",", b".", b" ", b"\n", b"<", b"<a", b"<!--", b"-", b"/", b"/*", b"//", b'\\"', b'"', b"'", b"\\", b"[",
    b"{", b"]", b"}", b"&", b"&#1", b"&amp;", b"a", b"A1", b"$", b"km", b"url(", b"=", b";", b":", b"<!DOCTYPE [",
    b"http://", b"%41", b"1,", b"a.jpg,", b"2019 ", b"Ford ", b"x1 ", b"<br>", b"<script", b"</", "\u00a0".encode(),
    "\u202f".encode(), "é".encode(), b"(", b"{size}",
)  # fmt: skip
