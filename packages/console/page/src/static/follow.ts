import { useEffect, useState } from 'preact/hooks'
import type { ExplorerData } from '../../../src/api/data-views.js'

/**
 * Spec operations 13.1: what is new shows within 90 s. A silent peer is stale after 25 s, the export comes each 60 s and
 * takes up to 2 s; asking is cheap, because a file that has not changed is answered without its content.
 */
const ASK_EVERY_MS = 2_000
const ANSWER_WITHIN_MS = 10_000
/** Two exports that did not come, and a part of one. */
const OLD_AFTER_S = 150
const SCHEMA = 'montana.explorer/1'
const MS_PER_S = 1_000

export interface Followed {
  readonly data: ExplorerData | null
  /** Of what is shown, by the clock of the server that hands it out where that says its time. */
  readonly ageS: number | null
  readonly state: 'asking' | 'live' | 'old' | 'missing'
}

/** data.json beside this page, again and again while somebody looks at it. */
export function useData(path: string): Followed {
  const [followed, setFollowed] = useState<Followed>({ data: null, ageS: null, state: 'asking' })
  useEffect(() => {
    const ending = new AbortController()
    let isAsking = false
    const ask = async () => {
      if (document.hidden || isAsking) return
      isAsking = true
      const found = await fetchData(path, ending.signal).finally(() => {
        isAsking = false
      })
      if (!ending.signal.aborted) setFollowed((before) => follow(before, found))
    }
    void ask()
    const timer = setInterval(ask, ASK_EVERY_MS)
    document.addEventListener('visibilitychange', ask)
    return () => {
      ending.abort()
      clearInterval(timer)
      document.removeEventListener('visibilitychange', ask)
    }
  }, [path])
  return followed
}

export interface Found {
  readonly data: ExplorerData
  /** Unix seconds. */
  readonly serverTimeS: number
}

/** What was said last stays where an answer is missing. Pure. */
export function follow(before: Followed, found: Found | null): Followed {
  if (!found) return { ...before, state: 'missing' }
  const ageS = Math.max(0, found.serverTimeS - found.data.updated_unix)
  return { data: found.data, ageS, state: ageS > OLD_AFTER_S ? 'old' : 'live' }
}

/** Null where it is not there, or is something else. */
async function fetchData(path: string, signal: AbortSignal): Promise<Found | null> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)])
  const response = await fetch(path, { cache: 'no-cache', signal: bounded }).catch(() => undefined)
  if (!response?.ok) return null
  const data = (await response.json().catch(() => undefined)) as ExplorerData | undefined
  if (data?.schema !== SCHEMA) return null
  const said = Date.parse(response.headers.get('date') ?? '')
  return { data, serverTimeS: Math.floor((Number.isNaN(said) ? Date.now() : said) / MS_PER_S) }
}
