import type { TimeSource } from '@montana/foundation'
import { SHARED_MS } from './constants.js'

/** `make`, whose answer everybody shares who asks within {@link SHARED_MS}. */
export function shared<T>(time: TimeSource, make: () => Promise<T>): () => Promise<T> {
  let latest: { readonly answer: Promise<T>; readonly startedMs: number } | undefined
  return () => {
    const nowMs = time.monotonicMs()
    if (latest === undefined || nowMs - latest.startedMs >= SHARED_MS) latest = { answer: make(), startedMs: nowMs }
    return latest.answer
  }
}
