"""The images are read back by a decoder of its own, written from the PNG specification."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from polycore.pictures.png import indexed_png, rgba_png

RED, HALF_CLEAR_BLUE = (255, 0, 0, 255), (0, 0, 255, 128)


def chunks_of(image):
    """Return [(kind, content), ...]; fails unless every byte belongs to a chunk with a true checksum."""
    assert image[:8] == bytes([137, 80, 78, 71, 13, 10, 26, 10])
    chunks, at = [], 8
    while at < len(image):
        (length,) = struct.unpack_from(">I", image, at)
        kind, content = image[at + 4 : at + 8], image[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", image, at + 8 + length)
        assert checksum == bitwise_crc(kind + content)
        chunks.append((kind, content))
        at += 12 + length
    return chunks


def bitwise_crc(content):
    """Return the checksum by the specification's annex D, bit by bit."""
    register = 0xFFFFFFFF
    for byte in content:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0xEDB88320 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


def pixels_of(image):
    chunks = dict(chunks_of(image))
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    raw = zlib.decompress(chunks[b"IDAT"])
    assert len(raw) == height * (1 + 4 * width)
    rows = [raw[row * (1 + 4 * width) : (row + 1) * (1 + 4 * width)] for row in range(height)]
    assert {row[0] for row in rows} == {0}  # filter "none": the bytes are the pixels
    return [[tuple(row[1 + 4 * column : 5 + 4 * column]) for column in range(width)] for row in rows]


def test_an_image_has_its_three_chunks_in_order():
    chunks = chunks_of(rgba_png(np.zeros((2, 3, 4), dtype=np.uint8)))
    assert [kind for kind, _ in chunks] == [b"IHDR", b"IDAT", b"IEND"]


def test_the_header_says_width_height_eight_bits_rgba_not_interlaced():
    (_, header), *_ = chunks_of(rgba_png(np.zeros((2, 3, 4), dtype=np.uint8)))
    assert header == bytes([0, 0, 0, 3, 0, 0, 0, 2, 8, 6, 0, 0, 0])


def test_the_first_row_is_the_top_one_and_is_read_from_the_left():
    image = rgba_png(np.array([[RED, HALF_CLEAR_BLUE], [RED, RED]], dtype=np.uint8))
    assert pixels_of(image) == [[RED, HALF_CLEAR_BLUE], [RED, RED]]


@given(arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(4))))
def test_every_image_comes_back(pixels):
    assert pixels_of(rgba_png(pixels)) == [[tuple(pixel) for pixel in row] for row in pixels.tolist()]


def test_a_view_upside_down_is_written_as_it_looks():
    pixels = np.array([[RED], [HALF_CLEAR_BLUE]], dtype=np.uint8)
    assert pixels_of(rgba_png(pixels[::-1])) == [[HALF_CLEAR_BLUE], [RED]]


@pytest.mark.parametrize("at", [pytest.param(29, id="of the header"), pytest.param(-1, id="of the end")])
def test_this_decoder_finds_a_wrong_checksum(at):
    image = bytearray(rgba_png(np.zeros((1, 1, 4), dtype=np.uint8)))
    image[at] ^= 1
    with pytest.raises(AssertionError):
        chunks_of(image)


@given(arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 2)))
def test_every_indexed_image_comes_back(pixels):
    colors = np.array([RED, HALF_CLEAR_BLUE, (1, 2, 3, 4)], dtype=np.uint8)
    chunks = chunks_of(indexed_png(pixels, colors))
    assert [kind for kind, _ in chunks] == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]
    contents = dict(chunks)
    height, width = pixels.shape
    assert contents[b"IHDR"] == struct.pack(">II", width, height) + bytes([8, 3, 0, 0, 0])
    assert contents[b"PLTE"] == bytes([255, 0, 0, 0, 0, 255, 1, 2, 3])
    assert contents[b"tRNS"] == bytes([255, 128, 4])
    raw = zlib.decompress(contents[b"IDAT"])
    rows = [raw[start : start + 1 + width] for start in range(0, len(raw), 1 + width)]
    assert [list(row) for row in rows] == [[0, *row] for row in pixels.tolist()]
