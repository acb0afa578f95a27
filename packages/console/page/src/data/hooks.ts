import { useEffect, useState } from 'preact/hooks'

/** The browser's clock, again every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** The part of the address after `#`, one of `known`; the first of them otherwise. */
export function useHash<T extends string>(known: readonly [T, ...T[]]): [T, (value: T) => void] {
  const read = () => known.find((value) => `#${value}` === location.hash) ?? known[0]
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
