import { ConfigError } from '@montana/foundation'

/** Places at which a test may ask the process to die as if by kill -9; all but the commit are journal entries. */
const PLACES = [
  'after-commit',
  'after-journal',
  'after-reveal',
  'after-confirmation',
  'after-header',
  'after-propose',
  'after-prevote',
  'after-precommit',
  'after-lock',
] as const
export type FailpointPlace = (typeof PLACES)[number]

export interface Failpoint {
  hit(place: FailpointPlace, window: number): void
}

const inert: Failpoint = { hit: () => {} }

/**
 * `PLACE@WINDOW` from MONTANA_FAILPOINT, for crash tests: the instants between "durable" and "announced" last
 * microseconds, and no outside killer hits them reliably. A node that does nothing of the kind in that window, because
 * another proposed it, dies at the first later one in which it does.
 */
export function failpointFrom(text: string | undefined): Failpoint {
  if (text === undefined) return inert
  const [, place, window] = /^([a-z-]+)@(\d+)$/.exec(text) ?? []
  if (!PLACES.some((known) => known === place)) {
    const remedy = `unset it, or use PLACE@WINDOW with one of ${PLACES.join(', ')}`
    throw new ConfigError(`MONTANA_FAILPOINT '${text}' is not a failpoint`, { field: 'MONTANA_FAILPOINT', remedy })
  }
  return {
    hit: (at, atWindow) => {
      if (at === place && atWindow >= Number(window)) process.kill(process.pid, 'SIGKILL')
    },
  }
}
