"""A PNG image, written with NumPy and zlib alone."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BITS_PER_CHANNEL = 8
COLOR_TYPE_RGBA = 6
# Regions of one color compress well at any level, and the lowest takes a third of the default's time.
COMPRESSION_LEVEL = 1


def rgba_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return the PNG file of `pixels`, shape (height, width, 4): red, green, blue, alpha; top row first.

    Source: Portable Network Graphics (PNG) Specification, W3C, second edition, sections 5, 9 and 11.
    """
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, BITS_PER_CHANNEL, COLOR_TYPE_RGBA, 0, 0, 0)
    rows = np.zeros(
        (height, 1 + width * channels), dtype=np.uint8
    )  # each row starts with its filter: 0, none
    rows[:, 1:] = pixels.reshape(height, -1)
    compressed = zlib.compress(rows.tobytes(), COMPRESSION_LEVEL)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", compressed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
