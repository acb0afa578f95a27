/** The first of several ways that succeeds; the others are ended. When all fail, the error of the first in the list. */
export async function firstOf<T>(
  signal: AbortSignal,
  ways: readonly ((signal: AbortSignal) => Promise<T>)[],
): Promise<T> {
  const done = new AbortController()
  const inner = AbortSignal.any([signal, done.signal])
  try {
    return await Promise.any(ways.map((way) => way(inner)))
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error
  } finally {
    done.abort()
  }
}
