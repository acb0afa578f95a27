import { useEffect, useState } from 'preact/hooks'
import { getJson, onToken, type Refusal, readToken } from './api.js'

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

/** `path` asked again every `everyMs` while it is shown; what was said last stays when an answer is missing. */
export function usePolled<T>(
  path: string,
  everyMs: number,
): { data: T | null; refusal: Refusal | null; again(): void } {
  const [state, setState] = useState<{ data: T | null; refusal: Refusal | null }>({ data: null, refusal: null })
  const [round, setRound] = useState(0)
  useEffect(() => {
    const ending = new AbortController()
    const ask = async () => {
      const reply = await getJson<T>(path, ending.signal)
      if (ending.signal.aborted) return
      setState((before) => (reply.ok ? { data: reply.data, refusal: null } : { ...before, refusal: reply.refusal }))
    }
    void ask()
    const timer = setInterval(ask, everyMs)
    return () => {
      ending.abort()
      clearInterval(timer)
    }
  }, [path, everyMs, round])
  return { ...state, again: () => setRound((count) => count + 1) }
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
