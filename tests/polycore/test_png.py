"""The images are read back by a decoder of its own, written from the PNG specification."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from polycore.pictures.png import indexed_png

# red, a blue that is half clear, and another one
COLORS = np.array([(255, 0, 0, 255), (0, 0, 255, 128), (1, 2, 3, 4)], dtype=np.uint8)


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


def indices_of(image):
    """Return the index of each pixel's color, row by row from the top."""
    chunks = dict(chunks_of(image))
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    raw = zlib.decompress(chunks[b"IDAT"])
    assert len(raw) == height * (1 + width)
    rows = [raw[row * (1 + width) : (row + 1) * (1 + width)] for row in range(height)]
    assert {row[0] for row in rows} == {0}  # filter "none": the bytes are the pixels
    return [list(row[1:]) for row in rows]


def image_of(pixels):
    return indexed_png(np.array(pixels, dtype=np.uint8), COLORS)


def test_an_image_has_its_chunks_in_order():
    chunks = chunks_of(image_of([[0, 1, 2], [0, 0, 0]]))
    assert [kind for kind, _ in chunks] == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]


def test_the_header_says_width_height_eight_bits_of_a_palette_not_interlaced():
    (_, header), *_ = chunks_of(image_of([[0, 1, 2], [0, 0, 0]]))
    assert header == bytes([0, 0, 0, 3, 0, 0, 0, 2, 8, 3, 0, 0, 0])


def test_the_palette_has_the_colors_and_how_opaque_they_are():
    contents = dict(chunks_of(image_of([[0]])))
    assert contents[b"PLTE"] == bytes([255, 0, 0, 0, 0, 255, 1, 2, 3])
    assert contents[b"tRNS"] == bytes([255, 128, 4])


def test_the_first_row_is_the_top_one_and_is_read_from_the_left():
    assert indices_of(image_of([[0, 1], [0, 2]])) == [[0, 1], [0, 2]]


@given(arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 2)))
def test_every_image_comes_back(pixels):
    assert indices_of(image_of(pixels)) == pixels.tolist()


def test_a_view_upside_down_is_written_as_it_looks():
    assert indices_of(indexed_png(np.array([[0], [1]], dtype=np.uint8)[::-1], COLORS)) == [[1], [0]]


@pytest.mark.parametrize("at", [pytest.param(29, id="of the header"), pytest.param(-1, id="of the end")])
def test_this_decoder_finds_a_wrong_checksum(at):
    image = bytearray(image_of([[0]]))
    image[at] ^= 1
    with pytest.raises(AssertionError):
        chunks_of(image)
