// JSON as the kernel reads it.

/** Reads a text. A number that other programs would read as a different one is refused, as a `RangeError`. */
export function parse(text) {
  return JSON.parse(text, (_, value) => {
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new RangeError(`${value} is beyond ±${Number.MAX_SAFE_INTEGER}, and other programs would round it; send it as a string`);
    }
    return value;
  });
}

/** What is wrong with a value that goes to the kernel; undefined when nothing is. */
export function faultOfJson(value) {
  try {
    parse(JSON.stringify(value));
    return undefined;
  } catch (cause) {
    return cause.message;
  }
}
