"""Bytes in a named encoding -> the same text as UTF-8, strictly."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from layers.errors import LayerError

_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def encoding_name(encoding: str) -> str:
    """Return the usual name of a text encoding.

    Raises
    ------
    LayerError
        Where there is no such text encoding.
    """
    try:
        "".encode(encoding)
        return codecs.lookup(encoding).name
    except (LookupError, ValueError):
        raise LayerError("encoding", [f"'{encoding}' is not known; name one such as 'utf-8' or 'cp1252'"]) from None


def number_of(text: bytes, sign: bytes) -> int:
    """Return how often a byte is there (as `bytes.count`, but several times as fast)."""
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == ord(sign))) if sign in text else 0


def utf8(stream: BinaryIO, encoding: str, size: int) -> Iterator[bytes]:
    """Yield the text in chunks of about `size` bytes as UTF-8, without a byte order mark.

    Raises
    ------
    LayerError
        At the first byte that is not of the encoding.
    """
    known = encoding_name(encoding)
    decoder = codecs.getincrementaldecoder("utf-8-sig" if known == "utf-8" else known)("strict")
    line, begun = 1, False
    while chunk := stream.read(size):
        if not begun and known == "utf-8" and chunk[:2] in _MARKS:
            raise LayerError("", ["is UTF-16 text; name it: encoding='utf-16'"])
        plain = begun and known == "utf-8" and chunk.isascii() and decoder.getstate()[0] == b""
        begun = True
        text = chunk if plain else _decode(decoder, chunk, encoding, line)
        line += number_of(text, b"\n")
        if text:
            yield text
    _decode(decoder, b"", encoding, line, final=True)


def _decode(
    decoder: codecs.IncrementalDecoder, chunk: bytes, encoding: str, line: int, *, final: bool = False
) -> bytes:
    try:
        return decoder.decode(chunk, final).encode("utf-8")
    except UnicodeError as error:
        where = error.object[: error.start].count(b"\n") if isinstance(error, UnicodeDecodeError) else 0
        byte = f", byte 0x{error.object[error.start]:02X}" if isinstance(error, UnicodeDecodeError) else ""
        fault = f"is not {encoding} text (line {line + where:,}{byte}); name its encoding, such as encoding='cp1252'"
        raise LayerError("", [fault]) from None
