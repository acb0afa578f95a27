import { UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { parseSeconds, SECONDS_FORMS } from '../failover/duration.js'
import { epochNow, operator, requireReason } from './asked.js'
import { addMirrorFlags, type MirrorFlags, openPlace, readPlace } from './open.js'

interface HoldFlags extends MirrorFlags {
  for?: string
  end?: boolean
  reason?: string
}

/** A maintenance that takes longer is asked for again. */
const HOLD_SECONDS_MAX = 7 * 86_400

export function sentinelHoldCommand(context: CliContext): Command {
  const command = new Command('hold')
    .description('no automatic promotion for a while, as during maintenance: the sentinel alerts only')
    .option('--for <time>', 'from now, at most 7d, such as 6h')
    .option('--end', 'end a hold')
    .option('--reason <text>', 'why; stands in the audit and in the fence record')
  return addMirrorFlags(command).action(async (_, self: Command) => {
    const flags = self.optsWithGlobals<HoldFlags>()
    const reason = requireReason(flags.reason)
    const seconds = secondsOf(flags)
    const { holdSentinel } = await import('@montana/mirror')
    const rest = { actor: operator(), isPrimaryOptional: true }
    const mirror = await openPlace(context, await readPlace(context, flags), rest)
    const untilMs = seconds === null ? null : mirror.parts.time.wallMs() + seconds * 1_000
    try {
      const expectedEpoch = await epochNow(mirror, context.signal)
      await holdSentinel(mirror.parts, untilMs, { reason, expectedEpoch }, context.signal)
    } finally {
      mirror.close()
    }
    const holdUntil = untilMs === null ? null : new Date(untilMs).toISOString()
    if (flags.json) context.json({ holdUntil })
    else context.out(holdUntil === null ? 'the hold is over' : `nothing is promoted by itself before ${holdUntil}`)
  })
}

/** Null ends a hold. */
function secondsOf({ for: text, end = false }: HoldFlags): number | null {
  if (end && text === undefined) return null
  const seconds = end || text === undefined ? undefined : parseSeconds(text)
  if (seconds !== undefined && seconds > 0 && seconds <= HOLD_SECONDS_MAX) return seconds
  throw new UsageError('a hold needs its length or its end', {
    field: 'for',
    remedy: `give --for (${SECONDS_FORMS}; at most 7d), or --end`,
  })
}
