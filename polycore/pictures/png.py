"""PNG files, written with NumPy and zlib alone.

Source: Portable Network Graphics (PNG) Specification, W3C, second edition, sections 5, 9, 10 and 11.
"""

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BITS_PER_SAMPLE, INDEXED = 8, 3  # a pixel is one byte, the index of a color
# Regions of one color compress well at any level, and the lowest takes a third of the default's time.
QUICK, SMALL = 1, 9


def indexed_png(pixels: NDArray[np.uint8], colors: NDArray[np.uint8]) -> bytes:
    """Return the PNG file of `pixels`, shape (height, width): indices into `colors`, top row first.

    colors: at most 256, (N, 4): red, green, blue, alpha.
    """
    height, width = pixels.shape
    return png_of_scanlines(width, height, scanlines(pixels, SMALL), colors)


def png_of_scanlines(width: int, height: int, lines: bytes, colors: NDArray[np.uint8]) -> bytes:
    """Return the PNG file whose pixels are already `scanlines`; for colors see `indexed_png`."""
    chunks = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, BITS_PER_SAMPLE, INDEXED, 0, 0, 0),
        b"PLTE": colors[:, :3].tobytes(),
        b"tRNS": colors[:, 3].tobytes(),
        b"IDAT": lines,
        b"IEND": b"",
    }
    return SIGNATURE + b"".join(map(_chunk, chunks, chunks.values()))


def scanlines(pixels: NDArray[np.uint8], level: int = QUICK) -> bytes:
    """Return pixels (height, width), top row first, as the content of a file's IDAT chunk.

    level: of compression, from 1 to 9.
    """
    height, width = pixels.shape
    lines = np.zeros((height, 1 + width), dtype=np.uint8)  # each begins with its filter: 0, none
    lines[:, 1:] = pixels
    return zlib.compress(lines.tobytes(), level)


def data_url(png: bytes) -> str:
    """Return a PNG file in a data URL."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
