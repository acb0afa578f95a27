import { UsageError } from '@montana/foundation'
import type { SentinelSight, TargetConfig } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { labelled } from '../../table.js'
import { addMirrorFlags, type MirrorFlags, type MirrorPlace, openPlace, readPlace, requireTarget } from './open.js'

const EXITS = { healthy: 0, unhealthy: 6, unknown: 7 } as const

export function sentinelStatusCommand(context: CliContext): Command {
  const command = new Command('status')
    .description('what the sentinel of a replica saw last, and when it may promote: 0 healthy, 6 unhealthy, 7 unknown')
    .argument('[id]', 'replica (default: the one that holds the fence)')
  return addMirrorFlags(command).action(async (id: string | undefined, _, self: Command) => {
    const flags = self.optsWithGlobals<MirrorFlags>()
    const { seeSentinel } = await import('@montana/mirror')
    const place = await readPlace(context, flags)
    const { name } = id === undefined ? fenceTarget(place) : requireTarget(place, id)
    const mirror = await openPlace(context, place, { isPrimaryOptional: true })
    try {
      const sight = await seeSentinel(mirror.parts, name, context.signal)
      if (flags.json) context.json(sight)
      else context.out(textOf(sight))
      context.exit(EXITS[sight.verdict])
    } finally {
      mirror.close()
    }
  })
}

function fenceTarget({ config }: MirrorPlace): TargetConfig {
  const found = config.targets.find(({ slot }) => slot === config.fenceSlot)
  if (found !== undefined) return found
  throw new UsageError('no target can be promoted, so no sentinel watches for one', {
    field: 'id',
    remedy: 'add a replica first: montana mirror add --repo <owner/name>',
  })
}

function textOf(sight: SentinelSight): string {
  const { verdict, explanation, signals, count, threshold, earliestPromotionMs, findings } = sight
  const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  const heads = [
    labelled('replica', sight.id),
    labelled('verdict', `${verdict}${explanation === null ? '' : `: ${explanation}`}`),
    labelled('last look', time(sight.observedMs) ?? 'never'),
    ...signals.map(({ name, state, ageMs }) =>
      labelled(name, `${state}${ageMs === null ? '' : `, ${minutes(ageMs)} min`}`),
    ),
    labelled('unhealthy', `${count} of ${threshold}`),
    labelled('promotes', earliestPromotionMs === null ? 'not yet due' : `at the earliest ${time(earliestPromotionMs)}`),
    labelled('hold', sight.holdUntil ?? 'none'),
    labelled('under way', sight.promotion ?? 'nothing'),
  ]
  return [...heads, ...findings.map(({ code, message, remedy }) => `${code}: ${message}; ${remedy ?? ''}`)].join('\n')
}

function minutes(ms: number): number {
  return Math.floor(ms / 60_000)
}
