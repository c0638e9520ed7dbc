// The files of the kernel in memory.

import { createHash } from "node:crypto";
import { refusal } from "./memory.js";

const OPEN_MAX = 4;
const CHUNK_BYTES_MAX = 1 << 20;
const PAGE_ROWS_DEFAULT = 50;
const PAGE_ROWS_MAX = 100;
const LINK_S_MAX = 24 * 60 * 60;

export function blobsOf(memory) {
  const kept = (id) => {
    const found = memory.unit.files.get(id);
    if (found === undefined) throw refusal("not-found", `there is no file ${id}`);
    return found;
  };
  const opened = (upload) => {
    const found = memory.open.get(upload);
    if (found === undefined) throw refusal("not-found", `no file is open under the number ${upload}`);
    return found;
  };
  return {
    begin(mediaType) {
      if (!/^[a-z0-9][a-z0-9+._-]*\/[a-z0-9][a-z0-9+._-]*$/.test(mediaType)) throw refusal("invalid", "a media type looks like `image/png`");
      if (memory.open.size >= OPEN_MAX) throw refusal("over-limit", "one call has at most 4 files open for writing");
      memory.begun += 1;
      memory.open.set(memory.begun, { mediaType, parts: [] });
      return memory.begun;
    },
    writeChunk(upload, content) {
      if (content.length > CHUNK_BYTES_MAX) throw refusal("over-limit", "at most 1 MiB is written at once");
      opened(upload).parts.push(Uint8Array.from(content));
    },
    finish(upload, sha256) {
      const { mediaType, parts } = opened(upload);
      memory.open.delete(upload);
      const content = Uint8Array.from(Buffer.concat(parts));
      const id = createHash("sha256").update(content).digest("hex");
      if (sha256 !== null && sha256 !== id) throw refusal("invalid", "the file has another SHA-256");
      if (!memory.unit.files.has(id)) {
        const blob = { id, bytes: content.length, mediaType, createdAt: memory.now };
        memory.unit.files.set(id, { blob, content });
      }
      return kept(id).blob;
    },
    read: (id, offset, length) => kept(id).content.slice(offset, offset + Math.min(length, CHUNK_BYTES_MAX)),
    stat: (id) => memory.unit.files.get(id)?.blob ?? null,
    delete: (id) => void memory.unit.files.delete(id),
    listBlobs(limit, cursor) {
      const [most, after] = [limit === 0 ? PAGE_ROWS_DEFAULT : Math.min(limit, PAGE_ROWS_MAX), Number(cursor ?? 0)];
      if (Number.isNaN(after)) throw refusal("invalid", "no such cursor");
      const all = [...memory.unit.files.values()].map(({ blob }) => blob);
      return { items: all.slice(after, after + most), next: all.length > after + most ? String(after + most) : null };
    },
    /** A link has the form of the real kernel's, and no real signature. */
    link(id, seconds) {
      if (seconds < 1 || seconds > LINK_S_MAX) throw refusal("invalid", "a link is good for 1 second to one day");
      return `/p/${memory.manifest.id}/blobs/${kept(id).blob.id}?until=${memory.now + seconds * 1_000}&key=in-memory`;
    },
  };
}
