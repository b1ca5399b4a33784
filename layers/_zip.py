"""What a member of a zip says of itself, looked at before it is unpacked."""

import stat
import zipfile
from pathlib import PurePosixPath

from layers.limits import PACKING_RATIO, RATIO_FROM_BYTES


def files_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files of an archive."""
    return [info for info in archive.infolist() if not info.filename.endswith("/")]


def member(info: zipfile.ZipInfo) -> str:
    """Return how a message names a member."""
    shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in info.filename[:100])
    return f"member '{shown}'"


def member_fault(info: zipfile.ZipInfo) -> str:
    """Return why a member must not be unpacked, and what to do; empty where it may."""
    if not info.filename:
        return "a member of the zip has no name; pack it again"
    place = PurePosixPath(info.filename.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or ":" in info.filename:
        return f"{member(info)} leads out of the zip; pack it again"
    if stat.S_ISLNK(info.external_attr >> 16):
        return f"{member(info)} is a link; pack the file itself"
    if info.flag_bits & 1:
        return f"{member(info)} is encrypted; unpack it with its password first"
    if info.file_size > RATIO_FROM_BYTES and info.file_size > PACKING_RATIO * max(info.compress_size, 1):
        return (
            f"{member(info)} unpacks to more than {PACKING_RATIO:g} times its size; unpack it yourself if you trust it"
        )
    return ""
