import type { RoleLine } from '@montana/trials'

/** When the next host wanted to lead, and when it began to, after the fault, ms; null where it said no such thing. */
export interface Phases {
  readonly candidate_ms: number | null
  readonly acting_ms: number | null
}

/** Reads what `host` said for `serve` after `faultMs`, wall clock. */
export function phasesOf(lines: readonly RoleLine[], host: string | undefined, faultMs: number): Phases {
  const mine = lines.filter((line) => line.host === host && line.policy === 'serve' && line.atMs >= faultMs)
  const first = (state: RoleLine['state']) => {
    const line = mine.find((one) => one.state === state)
    return line === undefined ? null : Math.round(line.atMs - faultMs)
  }
  return { candidate_ms: first('candidate'), acting_ms: first('acting') }
}
