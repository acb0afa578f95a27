import { ConfigError } from '@montana/foundation'

/** Places at which a test may ask the process to die as if by kill -9. */
const PLACES = ['after-commit', 'after-journal'] as const
export type FailpointPlace = (typeof PLACES)[number]

export interface Failpoint {
  hit(place: FailpointPlace, window: number): void
}

const inert: Failpoint = { hit: () => {} }

/**
 * `PLACE@WINDOW` from MONTANA_FAILPOINT, for crash tests: the instants between "durable" and "announced" last
 * microseconds, and no outside killer hits them reliably.
 */
export function failpointFrom(text: string | undefined): Failpoint {
  if (text === undefined) return inert
  const [, place, window] = /^([a-z-]+)@(\d+)$/.exec(text) ?? []
  if (!PLACES.some((known) => known === place)) {
    const remedy = `unset it, or use PLACE@WINDOW with ${PLACES.join(' or ')}`
    throw new ConfigError(`MONTANA_FAILPOINT '${text}' is not a failpoint`, { field: 'MONTANA_FAILPOINT', remedy })
  }
  return {
    hit: (at, atWindow) => {
      if (at === place && atWindow === Number(window)) process.kill(process.pid, 'SIGKILL')
    },
  }
}
