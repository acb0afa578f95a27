import { AbortError, TimeoutError } from '@montana/foundation'

export type Bounded<T> =
  | { readonly kind: 'result'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'stuck' }
  | { readonly kind: 'aborted' }

export interface BoundedInit {
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** At once when the time is over, before the work has ended. */
  readonly onStuck: () => void
}

/**
 * Runs `work` with a signal that fires with the parent or when its time is over, and waits until it has ended in either
 * case: nothing is begun beside a child that still runs.
 */
export async function runBounded<T>(
  { timeoutMs, signal, onStuck }: BoundedInit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Bounded<T>> {
  const controller = new AbortController()
  const state = { isStuck: false }
  const onAbort = () => controller.abort(new AbortError(signal.reason))
  const timer = setTimeout(() => {
    state.isStuck = true
    controller.abort(new TimeoutError(timeoutMs))
    onStuck()
  }, timeoutMs)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    return { kind: 'result', value: await work(controller.signal) }
  } catch (error) {
    if (state.isStuck) return { kind: 'stuck' }
    return signal.aborted ? { kind: 'aborted' } : { kind: 'error', error }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
