// UTF-8: the engine of components has no TextEncoder.

const REPLACEMENT = 0xfffd;

export function encode(text) {
  const bytes = [];
  for (const letter of text) {
    const code = letter.codePointAt(0);
    const point = code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
    else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
  }
  return Uint8Array.from(bytes);
}

function tail(bits) {
  return 0x80 | (bits & 0x3f);
}

/** What is no UTF-8 becomes U+FFFD. */
export function decode(bytes) {
  const letters = [];
  for (let at = 0; at < bytes.length; ) {
    const [point, length] = letter(bytes, at);
    letters.push(String.fromCodePoint(point));
    at += length;
  }
  return letters.join("");
}

function letter(bytes, at) {
  const lead = bytes[at];
  if (lead < 0x80) return [lead, 1];
  const length = lead >= 0xf0 && lead < 0xf5 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length === 0 || lead >= 0xf5) return [REPLACEMENT, 1];
  let point = lead & (0x7f >> length);
  for (let next = at + 1; next < at + length; next += 1) {
    if ((bytes[next] & 0xc0) !== 0x80) return [REPLACEMENT, next - at];
    point = (point << 6) | (bytes[next] & 0x3f);
  }
  const tooLong = point < [0, 0, 0x80, 0x800, 0x10000][length];
  const none = point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff);
  return tooLong || none ? [REPLACEMENT, length] : [point, length];
}
