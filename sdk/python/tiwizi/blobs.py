"""Files that the plugin keeps: pictures, sound, documents. A file is known by the SHA-256 of its bytes. Capability `blobs`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .kernel import ask

#: What goes over to the kernel, or comes from it, at once.
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Blob:
    """A file that the plugin keeps."""

    #: The SHA-256 of its bytes, 64 hexadecimal digits.
    id: str
    bytes: int
    media_type: str
    #: In milliseconds since 1970.
    created_at: int


@dataclass(frozen=True)
class Blobs:
    """Some files, the oldest first, and the cursor of the next ones."""

    items: list[Blob]
    next: str | None


class Upload:
    """A file that is being written. When it is not finished, it is forgotten at the end of the call."""

    def __init__(self, media_type: str) -> None:
        self._number = ask("blobs", "begin", media_type)

    def write(self, content: bytes) -> Upload:
        """Adds bytes at the end."""
        for at in range(0, len(content), _CHUNK_BYTES):
            ask("blobs", "write_chunk", self._number, content[at : at + _CHUNK_BYTES])
        return self

    def finish(self, sha256: str | None = None) -> Blob:
        """Ends the file; with the SHA-256 that it should have, `invalid` when it has another."""
        return _blob(ask("blobs", "finish", self._number, sha256))


def keep(media_type: str, content: bytes) -> Blob:
    """Keeps a file that is there as a whole. One with the same bytes that is kept already stays as it is."""
    return Upload(media_type).write(content).finish()


def read(id: str, *, offset: int = 0, length: int = _CHUNK_BYTES) -> bytes:
    """At most 1 MiB of a file; fewer bytes at its end."""
    return ask("blobs", "read", id, offset, length)


def read_all(id: str) -> bytes:
    """A whole file."""
    content = b""
    while part := read(id, offset=len(content)):
        content += part
    return content


def stat(id: str) -> Blob | None:
    """What is known of a file; None when the plugin keeps no such file."""
    found = ask("blobs", "stat", id)
    return None if found is None else _blob(found)


def delete(id: str) -> None:
    """Forgets a file; there need not be one."""
    ask("blobs", "delete", id)


def list_blobs(*, limit: int = 0, after: str | None = None) -> Blobs:
    """The plugin's files, the oldest first."""
    page = ask("blobs", "list_blobs", limit, after)
    return Blobs([_blob(found) for found in page.items], page.next)


def link(id: str, seconds: int) -> str:
    """A path under which anybody may fetch the file for so many seconds, one day at most."""
    return ask("blobs", "link", id, seconds)


def _blob(found: Any) -> Blob:
    return Blob(found.id, found.bytes, found.media_type, found.created_at)
