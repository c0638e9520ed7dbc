"""The files of the kernel in memory."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .memory import Memory, refusal

_OPEN_MAX = 4
_CHUNK_BYTES_MAX = 1 << 20
_PAGE_ROWS_DEFAULT = 50
_PAGE_ROWS_MAX = 100
_LINK_S_MAX = 24 * 60 * 60


def blobs(memory: Memory) -> dict[str, Callable[..., Any]]:
    def kept(id: str) -> tuple[SimpleNamespace, bytes]:
        if id not in memory.unit.files:
            raise refusal("not-found", f"there is no file {id}")
        return memory.unit.files[id]

    def opened(upload: int) -> tuple[str, bytearray]:
        if upload not in memory.open:
            raise refusal("not-found", f"no file is open under the number {upload}")
        return memory.open[upload]

    def begin(media_type: str) -> int:
        if re.fullmatch(r"[a-z0-9][a-z0-9+._-]*/[a-z0-9][a-z0-9+._-]*", media_type) is None:
            raise refusal("invalid", "a media type looks like `image/png`")
        if len(memory.open) >= _OPEN_MAX:
            raise refusal("over-limit", "one call has at most 4 files open for writing")
        memory.begun += 1
        memory.open[memory.begun] = (media_type, bytearray())
        return memory.begun

    def write_chunk(upload: int, content: bytes) -> None:
        if len(content) > _CHUNK_BYTES_MAX:
            raise refusal("over-limit", "at most 1 MiB is written at once")
        opened(upload)[1].extend(content)

    def finish(upload: int, sha256: str | None) -> SimpleNamespace:
        media_type, content = opened(upload)
        del memory.open[upload]
        id = hashlib.sha256(content).hexdigest()
        if sha256 not in (None, id):
            raise refusal("invalid", "the file has another SHA-256")
        blob = SimpleNamespace(id=id, bytes=len(content), media_type=media_type, created_at=memory.now)
        return memory.unit.files.setdefault(id, (blob, bytes(content)))[0]

    def list_blobs(limit: int, cursor: str | None) -> SimpleNamespace:
        most, after = _PAGE_ROWS_DEFAULT if limit == 0 else min(limit, _PAGE_ROWS_MAX), int(cursor or 0)
        every = [blob for blob, _ in memory.unit.files.values()]
        return SimpleNamespace(items=every[after : after + most], next=str(after + most) if len(every) > after + most else None)

    def link(id: str, seconds: int) -> str:
        """A link has the form of the real kernel's, and no real signature."""
        if not 1 <= seconds <= _LINK_S_MAX:
            raise refusal("invalid", "a link is good for 1 second to one day")
        until = memory.now + seconds * 1_000
        return f"/p/{memory.manifest['id']}/blobs/{kept(id)[0].id}?until={until}&key=in-memory"

    return {
        "begin": begin,
        "write_chunk": write_chunk,
        "finish": finish,
        "read": lambda id, offset, length: kept(id)[1][offset : offset + min(length, _CHUNK_BYTES_MAX)],
        "stat": lambda id: memory.unit.files.get(id, (None,))[0],
        "delete": lambda id: memory.unit.files.pop(id, None) and None,
        "list_blobs": list_blobs,
        "link": link,
    }
