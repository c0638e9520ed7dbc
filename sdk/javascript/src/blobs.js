// Files that the plugin keeps: pictures, sound, documents. A file is known by the SHA-256 of its bytes. Capability `blobs`.

import { ask, orNull, orUndefined } from "./kernel.js";

/** What goes over to the kernel, or comes from it, at once. */
const CHUNK_BYTES = 1 << 20;

/** Begins a file: `write` adds bytes at its end, `finish` ends it. When it is not finished, it is forgotten at the end of the call. */
export function begin(mediaType) {
  const upload = ask("blobs", "begin", mediaType);
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) ask("blobs", "writeChunk", upload, bytes.subarray(at, at + CHUNK_BYTES));
      return this;
    },
    /** With the SHA-256 that it should have, `invalid` when it has another. */
    finish: (sha256) => blobOf(ask("blobs", "finish", upload, orNull(sha256))),
  };
}

/** Keeps a file that is there as a whole. One with the same bytes that is kept already stays as it is. */
export function keep(mediaType, bytes) {
  return begin(mediaType).write(bytes).finish();
}

/** At most 1 MiB of a file; fewer bytes at its end. */
export function read(id, { offset = 0, length = CHUNK_BYTES } = {}) {
  return ask("blobs", "read", id, offset, length);
}

/** A whole file. */
export function readAll(id) {
  const { bytes } = stat(id) ?? { bytes: 0 };
  const content = new Uint8Array(bytes);
  for (let at = 0; at < bytes || at === 0; ) {
    const part = read(id, { offset: at });
    content.set(part, at);
    if (part.length === 0) break;
    at += part.length;
  }
  return content;
}

/** What is known of a file; undefined when the plugin keeps no such file. */
export function stat(id) {
  const found = orUndefined(ask("blobs", "stat", id));
  return found === undefined ? undefined : blobOf(found);
}

/** Forgets a file; there need not be one. */
function forget(id) {
  ask("blobs", "delete", id);
}
export { forget as delete };

/** The plugin's files, the oldest first, and the cursor of the next ones. */
export function list({ limit = 0, after } = {}) {
  const { items, next } = ask("blobs", "listBlobs", limit, orNull(after));
  return { items: items.map(blobOf), next: orUndefined(next) };
}

/** A path under which anybody may fetch the file for so many seconds, one day at most. */
export function link(id, seconds) {
  return ask("blobs", "link", id, seconds);
}

function blobOf({ id, bytes, mediaType, createdAt }) {
  return { id, bytes: Number(bytes), mediaType, createdAt: Number(createdAt) };
}
