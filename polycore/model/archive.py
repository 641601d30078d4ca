"""The zip archive of a weight file or a run file, as numpy.savez writes it, with every byte accounted for.

It is not read with zipfile, which searches for a directory and ignores bytes that belong to no entry. Fields
that do not describe the contents are ignored: times, file attributes, and the program that created an entry.

Source: PKWARE's APPNOTE.TXT, sections 4.3.7, 4.3.12, 4.3.16 and 4.5.3.
"""

import struct
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from polycore.model.refusals import MAX_ENTRIES, ReadingError, Reason

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_DIRECTORY_HEADER = struct.Struct("<4s6H3L5H2L")
_END_RECORD = struct.Struct("<4s4H2LH")
_ZIP64_FIELD = struct.Struct("<2H2Q")
_ZIP64_ID = 1
_IN_ZIP64_FIELD = 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
_LAST_VERSION = 45  # of the zip format, 4.5: the first with ZIP64, and the highest that NumPy requires


@dataclass(frozen=True)
class _Record:
    """An entry as the directory describes it."""

    file_name: bytes
    version: int
    flags: int
    method: int
    checksum: int
    packed_size: int
    size: int
    offset: int


@dataclass(frozen=True)
class Entry:
    """An entry whose local header agrees with the directory, still packed.

    name: without .npy. size: the declared number of unpacked bytes, at most what is allowed for its name.
    """

    name: str
    size: int
    packed: memoryview
    deflated: bool
    checksum: int

    def beginning(self, limit: int) -> bytes:
        """Return at most `limit` unpacked bytes. Raises ReadingError if they cannot be inflated."""
        return self._inflated(limit)[0] if self.deflated else bytes(self.packed[:limit])

    def unpacked(self) -> bytes:
        """Return all bytes. Raises ReadingError unless size and checksum are as declared."""
        content = self._all_inflated() if self.deflated else bytes(self.packed)
        if zlib.crc32(content) != self.checksum:
            raise ReadingError(Reason.CHECKSUM, name=self.name)
        return content

    def _all_inflated(self) -> bytes:
        # zlib recognizes the end of the stream only if it may produce one byte more than declared
        content, is_complete = self._inflated(self.size + 1)
        if len(content) != self.size or not is_complete:
            raise ReadingError(Reason.UNPACKED_SIZE, name=self.name)
        return content

    def _inflated(self, limit: int) -> tuple[bytes, bool]:
        """Return at most `limit` bytes, and whether the packed bytes end exactly where these do."""
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflater.decompress(self.packed, limit)
        except zlib.error as error:
            raise ReadingError(Reason.INFLATE, name=self.name) from error
        return content, inflater.eof and not inflater.unused_data


def entries(content: bytes, largest: Mapping[str, int], others: Collection[str]) -> dict[str, Entry]:
    """Return the entries by name without .npy, in the order of the archive.

    `largest` maps each allowed name to the most bytes it may declare; `others` are the names in a file of the
    other kind. The directory is checked before the entries, and nothing is unpacked. Raises ReadingError
    unless the entries and the directory agree and cover every byte.
    """
    count, directory = _end_record(content)
    if count > MAX_ENTRIES:
        raise ReadingError(Reason.ENTRIES)
    records = _checked_records(_records(content, count, directory), largest, others)
    checked: dict[str, Entry] = {}
    end = 0
    for name, record in sorted(records.items(), key=lambda item: item[1].offset):
        if record.offset != end:
            raise ReadingError(Reason.OVERLAP)
        start = _start_of_packed(content, record)
        end = start + record.packed_size
        if end > directory:
            raise ReadingError(Reason.INTO_DIRECTORY)
        packed = memoryview(content)[start:end]
        checked[name] = Entry(name, record.size, packed, record.method == _DEFLATED, record.checksum)
    if end != directory:
        raise ReadingError(Reason.BEFORE_DIRECTORY)
    return checked


def _end_record(content: bytes) -> tuple[int, int]:
    """Return the number of entries and the offset of the directory."""
    start = len(content) - _END_RECORD.size
    if start < 0 or content[start : start + 4] != b"PK\x05\x06":
        raise ReadingError(Reason.NO_END if content.startswith(b"PK") else Reason.NO_ARCHIVE)
    _, *disks, count_here, count, size, directory, comment = _END_RECORD.unpack_from(content, start)
    if disks != [0, 0] or count_here != count:
        raise ReadingError(Reason.DISKS)
    if comment:
        raise ReadingError(Reason.COMMENT)
    if directory + size != start:
        raise ReadingError(Reason.DIRECTORY_POSITION)
    return count, directory


def _records(content: bytes, count: int, directory: int) -> Iterator[_Record]:
    at = directory
    end = len(content) - _END_RECORD.size
    for _ in range(count):
        if at + _DIRECTORY_HEADER.size > end or content[at : at + 4] != b"PK\x01\x02":
            raise ReadingError(Reason.DIRECTORY_SHORT)
        _, _, *own, disk, _, _, offset = _DIRECTORY_HEADER.unpack_from(content, at)
        version, flags, method, _, _, checksum, packed_size, size, name_length, extra, comment = own
        if extra or comment or disk:
            raise ReadingError(Reason.DIRECTORY_EXTRA)
        at += _DIRECTORY_HEADER.size
        file_name = content[at : at + name_length]
        at += name_length
        yield _Record(file_name, version, flags, method, checksum, packed_size, size, offset)
    if at != end:
        raise ReadingError(Reason.DIRECTORY_LENGTH)


def _checked_records(
    records: Iterator[_Record], largest: Mapping[str, int], others: Collection[str]
) -> dict[str, _Record]:
    names = {f"{name}.npy".encode(): name for name in largest}
    of_another_kind = {f"{name}.npy".encode() for name in others}
    checked: dict[str, _Record] = {}
    for record in records:
        name = names.get(record.file_name)
        if name is None:
            known = record.file_name in of_another_kind
            raise ReadingError(Reason.OTHER_KIND if known else Reason.ENTRY_NAME)
        if name in checked:
            raise ReadingError(Reason.ENTRY_TWICE, name=name)
        _check_record(name, record, largest[name])
        checked[name] = record
    return checked


def _check_record(name: str, record: _Record, largest: int) -> None:
    if record.flags:
        raise ReadingError(Reason.FLAGS, name=name)
    if record.version > _LAST_VERSION:
        raise ReadingError(Reason.VERSION, name=name)
    if record.method not in (_STORED, _DEFLATED):
        raise ReadingError(Reason.METHOD, name=name)
    if record.size > largest:
        raise ReadingError(Reason.SIZE, name=name, largest=largest)
    if record.method == _STORED and record.packed_size != record.size:
        raise ReadingError(Reason.UNPACKED_SIZE, name=name)


def _start_of_packed(content: bytes, record: _Record) -> int:
    """Return the offset of the entry's packed bytes. Raises ReadingError unless its two headers agree."""
    # `at` is at most the offset of the directory, which alone is longer than a local header
    at = record.offset
    end_of_header = at + _LOCAL_HEADER.size
    if content[at : at + 4] != b"PK\x03\x04":
        raise ReadingError(Reason.NO_ENTRY)
    _, *own, packed_size, size, name_length, extra = _LOCAL_HEADER.unpack_from(content, at)
    version, flags, method, _, _, checksum = own
    end_of_name: int = end_of_header + name_length
    local = (content[end_of_header:end_of_name], version, flags, method, checksum)
    if local != (record.file_name, record.version, record.flags, record.method, record.checksum):
        raise ReadingError(Reason.HEADERS_DIFFER)
    start: int = end_of_name + extra
    if not _sizes_agree(record, (packed_size, size), content[end_of_name:start]):
        raise ReadingError(Reason.SIZES_DIFFER)
    return start


def _sizes_agree(record: _Record, sizes: tuple[int, int], extra: bytes) -> bool:
    true_sizes = (record.packed_size, record.size)
    if not extra:
        return sizes == true_sizes
    # NumPy always requests a ZIP64 field; the values of the plain fields then depend on Python's version
    field = _ZIP64_FIELD.pack(_ZIP64_ID, _ZIP64_FIELD.size - 4, record.size, record.packed_size)
    return extra == field and sizes in (true_sizes, (_IN_ZIP64_FIELD, _IN_ZIP64_FIELD))
