"""From a file to a VerifiedPhoto, or an error that says what to do about it.

verify.py        the parent's side
decode.py        the confined child's side
opened.py        how each type is decoded small
types.py         which types we keep, and the names of those that we do not
jpeg.py          the segments of a JPEG
headers.py       the headers of the other types
exif.py          which way up
fingerprint.py   thumbhash and dhash
"""
