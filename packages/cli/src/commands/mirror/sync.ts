import { MontanaError, UsageError } from '@montana/foundation'
import type { Job, Layer } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, openPlace, readPlace } from './open.js'

interface SyncFlags extends MirrorFlags {
  layer?: string
  wait: boolean
}

const LAYERS: readonly Layer[] = ['code', 'workflows', 'secrets', 'variables']
/** The first of these that occurs, several targets or not. Spec repository-mirror 12. */
const EXITS: readonly (readonly [readonly string[], number])[] = [
  [['CONFIG_INVALID'], 78],
  [['TARGET_AUTH', 'TARGET_FORBIDDEN', 'WORKFLOW_SCOPE'], 77],
  [['TARGET_UNREACHABLE', 'RATE_LIMITED'], 69],
  [['FENCED'], 5],
  [['REF_DIVERGED', 'SOURCE_RESET'], 4],
]
const OUT_OF_STEP = 3
const INERT = 5

export function syncCommand(context: CliContext): Command {
  const command = new Command('sync')
    .description('bring targets in step: queues the layers and works them off')
    .argument('[id...]', 'targets (default: all)')
    .option('--layer <list>', `of ${LAYERS.join(',')} (default: all)`)
    .option('--no-wait', 'only queue')
  return addMirrorFlags(command).action(async (ids: string[], _, self: Command) => {
    const flags = self.optsWithGlobals<SyncFlags>()
    const layers = layersOf(flags.layer)
    const place = await readPlace(context, flags)
    requireKnown(
      ids,
      place.config.targets.map(({ name }) => name),
    )
    if (!place.config.enabled) throw inert()
    const mirror = await openPlace(context, place)
    const tickets = mirror.enqueue('by hand', layers, ids.length === 0 ? undefined : ids)
    const jobs = flags.wait ? (await mirror.sync(context.signal)).jobs : []
    const records = mirror.parts.store.layers.all()
    mirror.close()
    if (flags.json) context.json({ queued: tickets.length, jobs, layers: records })
    else
      for (const { mirror: name, layer, status, error } of records)
        context.out(`${name} ${layer} ${status}${error ? ` ${error.code}: ${error.message}` : ''}`)
    context.exit(
      exitOf(
        jobs,
        records.map(({ error }) => error?.code ?? null),
      ),
    )
  })
}

/** What was asked for is not done, and nobody may take it for that. */
function inert(): MontanaError {
  return new MontanaError('INERT', 'mirroring is off: nothing is synced', {
    field: 'MIRROR_ENABLED',
    remedy: 'set MIRROR_ENABLED=true',
    exitCode: INERT,
  })
}

function layersOf(list: string | undefined): readonly Layer[] {
  if (list === undefined) return LAYERS
  const wanted = list.split(',').map((name) => name.trim())
  const unknown = wanted.filter((name) => !LAYERS.some((layer) => layer === name))
  if (unknown.length === 0) return LAYERS.filter((layer) => wanted.includes(layer))
  throw new UsageError(`there is no layer ${unknown.join(', ')}`, {
    field: 'layer',
    remedy: `choose from ${LAYERS.join(', ')}`,
  })
}

function requireKnown(ids: readonly string[], names: readonly string[]): void {
  const unknown = ids.filter((id) => !names.includes(id))
  if (unknown.length === 0) return
  throw new UsageError(`there is no target ${unknown.join(', ')}`, {
    field: 'id',
    remedy: `choose from ${names.join(', ') || 'none: add one first'}`,
  })
}

function exitOf(jobs: readonly Job[], shown: readonly (string | null)[]): number {
  const codes = [...jobs.map(({ lastErrorCode }) => lastErrorCode), ...shown].filter((code) => code !== null)
  if (codes.length === 0) return 0
  return EXITS.find(([of]) => of.some((code) => codes.includes(code)))?.[1] ?? OUT_OF_STEP
}
