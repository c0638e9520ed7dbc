// What prices say together. Nothing here knows the kernel.

/** A price may be so many times the usual one, or a part as small of it. */
const FACTOR = 5;

/** The lowest, the highest and the one in the middle. */
export function summary(prices) {
  const sorted = prices.map((price) => price.price_mad).sort((one, other) => one - other);
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { lowest: sorted[0], highest: sorted.at(-1), median };
}

/** Whether a price can be right beside the last ones; where there are fewer than three, every price can. */
export function isPlausible(price, before) {
  if (before.length < 3) return true;
  const { median } = summary(before);
  return price <= median * FACTOR && price >= median / FACTOR;
}
