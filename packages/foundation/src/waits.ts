import { AbortError, TimeoutError } from './errors.js'

/** Resolves after `ms`; rejects with {@link AbortError} when `signal` fires. Leaves no listener behind on either path. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new AbortError(signal.reason))
    const onAbort = () => {
      clearTimeout(timer)
      reject(new AbortError(signal?.reason))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * Runs `work` with a signal that fires after `ms` ({@link TimeoutError}) or with the parent (abort). Work that comes in
 * steps calls `restart` after each, and has `ms` for every one.
 */
export async function withTimeout<T>(
  ms: number,
  parent: AbortSignal | undefined,
  work: (signal: AbortSignal, restart: () => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const timeout = new TimeoutError(ms)
  let restart = () => {}
  const working = work(controller.signal, () => restart())
  return await raceWith(controller, working, (stop) => {
    let timer = setTimeout(() => stop(timeout), ms)
    restart = () => {
      clearTimeout(timer)
      timer = setTimeout(() => stop(timeout), ms)
    }
    const onAbort = () => stop(new AbortError(parent?.reason))
    if (parent?.aborted) onAbort()
    parent?.addEventListener('abort', onAbort, { once: true })
    return () => {
      restart = () => {}
      clearTimeout(timer)
      parent?.removeEventListener('abort', onAbort)
    }
  })
}

async function raceWith<T>(
  controller: AbortController,
  work: Promise<T>,
  arm: (stop: (reason: Error) => void) => () => void,
): Promise<T> {
  let disarm = () => {}
  const stopped = new Promise<never>((_, reject) => {
    disarm = arm((reason) => {
      controller.abort(reason)
      reject(reason)
    })
  })
  stopped.catch(() => {})
  work.catch(() => {})
  try {
    return await Promise.race([work, stopped])
  } finally {
    disarm()
  }
}
