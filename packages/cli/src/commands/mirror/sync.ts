import { MontanaError, UsageError } from '@montana/foundation'
import type { Job, Layer, LayerRecord } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, openPlace, readPlace } from './open.js'
import { PAUSED } from './status.js'

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
  [['REF_DIVERGED', 'SOURCE_RESET', 'APPROVAL_NEEDED'], 4],
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
    const { jobs, isPaused } = flags.wait ? await mirror.sync(context.signal) : { jobs: [], isPaused: false }
    const records = mirror.parts.store.layers.all()
    mirror.close()
    if (flags.json) context.json({ queued: tickets.length, isPaused, jobs, layers: records })
    else for (const line of linesOf(records, isPaused)) context.out(line)
    const wasAsked = ({ mirror: name, layer }: LayerRecord) =>
      flags.wait && layers.includes(layer) && (ids.length === 0 || ids.includes(name))
    context.exit(exitOf({ jobs, isPaused, records, isLeft: records.filter(wasAsked).some(isPending) }))
  })
}

function linesOf(records: readonly LayerRecord[], isPaused: boolean): string[] {
  const lines = records.map(
    ({ mirror, layer, status, error }) =>
      `${mirror} ${layer} ${status}${error ? ` ${error.code}: ${error.message}` : ''}`,
  )
  return isPaused ? [...lines, PAUSED] : lines
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

interface Outcome {
  readonly jobs: readonly Job[]
  readonly isPaused: boolean
  readonly records: readonly LayerRecord[]
  /** Something that was asked for and waited for has not been done. */
  readonly isLeft: boolean
}

function isPending({ status }: LayerRecord): boolean {
  return status === 'pending'
}

function exitOf({ jobs, isPaused, records, isLeft }: Outcome): number {
  const known = [...jobs.map(({ lastErrorCode }) => lastErrorCode), ...records.map(({ error }) => error?.code ?? null)]
  const codes = [...known, isPaused ? 'SOURCE_RESET' : null].filter((code) => code !== null)
  if (codes.length === 0) return isLeft ? OUT_OF_STEP : 0
  return EXITS.find(([of]) => of.some((code) => codes.includes(code)))?.[1] ?? OUT_OF_STEP
}
