import { AbortError } from '@montana/foundation'

/** Ends with AbortError as soon as `signal` fires, also where `work` waits without looking at it. Leaves no listener behind. */
export async function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {})
  if (signal.aborted) throw new AbortError(signal.reason)
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(new AbortError(signal.reason))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
