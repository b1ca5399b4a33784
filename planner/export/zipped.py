"""Zip files that are the same bytes for the same content."""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Final

_DAY: Final = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can say


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip file of files by name, in their order, without the clock and the rights of the machine."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, data)
    return content.getvalue()
