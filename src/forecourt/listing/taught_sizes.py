"""Larger forms that a page writes out for one of its photos only, for the others of the same gallery, too.

Where `7-210x138.jpg` and `7-1920x1080.jpg` are one photo, `8-210x138.jpg` of the same folder is asked for as
`8-1920x1080.jpg` first. The page's own address stays the next one: a size that is not there costs one request.
"""

import re
from collections.abc import Sequence

from forecourt.listing.photo_forms import width_px

_SIZE = re.compile(r"(?<=[-_./])(\d{2,4}x\d{2,4}(?:x\d{1,3})?)(c?)(?=[-_./]|$)")

Photo = tuple[str, ...]


def with_taught_sizes(photos: Sequence[Photo]) -> list[Photo]:
    """The photos, those in a small form alone with the largest form before it that another one has."""
    lessons: dict[tuple[str, str], str] = {}
    for photo in photos:
        sized = [(parts, url) for url in photo if (parts := _parts(url))]
        for (folder, name, small, rest), url in sized:
            for (other_folder, other_name, large, other_rest), larger in sized:
                if (folder, name, rest) == (other_folder, other_name, other_rest) and width_px(larger) > width_px(url):
                    known = lessons.get((folder, small))
                    if known is None or width_px(f"/{known}/") < width_px(larger):
                        lessons[folder, small] = large
    return [_taught(photo, lessons) for photo in photos] if lessons else list(photos)


def _taught(photo: Photo, lessons: dict[tuple[str, str], str]) -> Photo:
    parts = _parts(photo[0])
    if parts is None or (parts[0], parts[2]) not in lessons:
        return photo
    folder, name, small, rest = parts
    return tuple(dict.fromkeys([f"{folder}{name}{lessons[folder, small]}{rest}", *photo]))


def _parts(url: str) -> tuple[str, str, str, str] | None:
    """Folder, name before the size, size, and what follows it; None where not exactly one size is in the file's name."""
    folder, slash, file = url.partition("?")[0].rpartition("/")
    found = _SIZE.findall(file)
    if len(found) != 1 or "?" in url:
        return None
    size = "".join(found[0])
    name, _, rest = file.partition(size)
    return folder + slash, name, size, rest
