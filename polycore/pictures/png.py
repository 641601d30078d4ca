"""PNG files, written with NumPy and zlib alone.

Source: Portable Network Graphics (PNG) Specification, W3C, second edition, sections 5, 9, 10 and 11.
"""

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BITS_PER_SAMPLE = 8
RGBA, INDEXED = 6, 3  # types of color
# Regions of one color compress well at any level, and the lowest takes a third of the default's time.
QUICK, SMALL = 1, 9


def rgba_png(pixels: NDArray[np.uint8]) -> bytes:
    """Return the PNG file of `pixels`, shape (height, width, 4): red, green, blue, alpha; top row first."""
    height, width, _ = pixels.shape
    return _file(width, height, RGBA, b"", pixels.reshape(height, -1), QUICK)


def indexed_png(pixels: NDArray[np.uint8], colors: NDArray[np.uint8]) -> bytes:
    """Return the PNG file of `pixels`, shape (height, width): indices into `colors`, top row first.

    colors: at most 256, (N, 4): red, green, blue, alpha. Such a file is a fraction of the size.
    """
    height, width = pixels.shape
    palette = _chunk(b"PLTE", colors[:, :3].tobytes()) + _chunk(b"tRNS", colors[:, 3].tobytes())
    return _file(width, height, INDEXED, palette, pixels, SMALL)


def data_url(png: bytes) -> str:
    """Return a PNG file in a data URL."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _file(
    width: int, height: int, color_type: int, palette: bytes, rows: NDArray[np.uint8], level: int
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, BITS_PER_SAMPLE, color_type, 0, 0, 0)
    filtered = np.zeros((height, 1 + rows.shape[1]), dtype=np.uint8)  # each starts with its filter: 0, none
    filtered[:, 1:] = rows
    compressed = _chunk(b"IDAT", zlib.compress(filtered.tobytes(), level))
    return SIGNATURE + _chunk(b"IHDR", header) + palette + compressed + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
