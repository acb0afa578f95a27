import { useEffect, useState } from 'preact/hooks'
import { getJson, onToken, type Refusal, type Reply, readToken } from './api.js'

/** The browser's clock, again every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** Whether this tab has the token of the console. */
export function useUnlocked(): boolean {
  const [isUnlocked, setUnlocked] = useState(readToken() !== null)
  useEffect(() => onToken(() => setUnlocked(readToken() !== null)), [])
  return isUnlocked
}

/** Longer than the server takes for any answer: a connection that is dead must not end the asking. */
const ANSWER_WITHIN_MS = 15_000

interface Said<T> {
  readonly of: string
  readonly data: T | null
  readonly refusal: Refusal | null
}

/**
 * `path` asked again every `everyMs` while it is shown, one question at a time; what was said last stays when an answer is
 * missing, but what `of` said is never shown as what another says.
 */
export function usePolled<T>(
  path: string,
  everyMs: number,
  of = '',
): { data: T | null; refusal: Refusal | null; again(): void } {
  const [said, setSaid] = useState<Said<T>>({ of, data: null, refusal: null })
  const [round, setRound] = useState(0)
  useEffect(() => {
    const ending = new AbortController()
    let isAsking = false
    const ask = async () => {
      if (isAsking) return
      isAsking = true
      const reply = await getJson<T>(path, AbortSignal.any([ending.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]))
      isAsking = false
      if (!ending.signal.aborted) setSaid((before) => heard(before, of, reply))
    }
    void ask()
    const timer = setInterval(ask, everyMs)
    return () => {
      ending.abort()
      clearInterval(timer)
    }
  }, [path, everyMs, of, round])
  const { data, refusal } = said.of === of ? said : { data: null, refusal: null }
  return { data, refusal, again: () => setRound((count) => count + 1) }
}

/** Pure. */
export function heard<T>(before: Said<T>, of: string, reply: Reply<T>): Said<T> {
  if (reply.ok) return { of, data: reply.data, refusal: null }
  return { of, data: before.of === of ? before.data : null, refusal: reply.refusal }
}

/** The part of the address after `#` up to a slash, one of `known`; the first of them otherwise. */
export function useHash<T extends string>(known: readonly [T, ...T[]]): [T, (value: T) => void] {
  const read = () => known.find((value) => `#${value}` === location.hash.split('/', 1)[0]) ?? known[0]
  const [value, setValue] = useState<T>(read)
  useEffect(() => {
    const onChange = () => setValue(read())
    addEventListener('hashchange', onChange)
    return () => removeEventListener('hashchange', onChange)
  }, [])
  return [value, (next) => location.replace(`#${next}`)]
}

/** Counts changes between the light and the dark scheme, for what is drawn and not styled. */
export function useScheme(): number {
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)')
    const onChange = () => setChanges((count) => count + 1)
    query.addEventListener('change', onChange)
    return () => query.removeEventListener('change', onChange)
  }, [])
  return changes
}
