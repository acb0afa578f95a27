/** Smallest and largest of any number of values; null of none. A call with all of them as arguments would overflow the stack. */
export function boundsOf(values: readonly number[]): { least: number; most: number } | null {
  const first = values[0]
  if (first === undefined) return null
  return values.reduce(({ least, most }, value) => ({ least: Math.min(least, value), most: Math.max(most, value) }), {
    least: first,
    most: first,
  })
}
