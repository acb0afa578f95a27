/** `Math.max` for lists of any length: a call takes no more than about a hundred thousand arguments. */
export function maxOf(values: Iterable<number>, least = 0): number {
  let highest = least
  for (const value of values) if (value > highest) highest = value
  return highest
}
