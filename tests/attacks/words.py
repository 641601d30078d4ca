"""Weights as a link's word, written by the format's description for whatever numbers a stranger likes."""

import base64
import struct
import zlib

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def signed(kind, body, widths):
    """Return a word whose checksum is right: nothing else stands between its body and the reader."""
    shape = "-".join(map(str, widths))
    checksum = zlib.crc32(f"{kind} {shape} {body}".encode()) & 0xFFFFFF
    return kind + "".join(ALPHABET[checksum >> shift & 63] for shift in (18, 12, 6, 0)) + body


def exact(kind, numbers, widths):
    """Return the word of numbers as they are, `kind` d or s."""
    content = struct.pack(f"<{len(numbers)}{'d' if kind == 'd' else 'f'}", *numbers)
    return signed(kind, base64.urlsafe_b64encode(content).decode().rstrip("="), widths)


def rounded(head, bits, widths):
    """Return a rounded word: `head`, the characters of one neuron, for each of them, then `bits`."""
    bits += "0" * (-len(bits) % 6)
    numbers = "".join(ALPHABET[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))
    return signed("r", head * sum(widths[1:]) + numbers, widths)
