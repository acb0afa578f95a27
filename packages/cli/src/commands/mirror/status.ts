import type { LayerRecord, TargetConfig } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { formatTable, labelled } from '../../table.js'
import { addMirrorFlags, type MirrorFlags, type MirrorPlace, readPlace, requireTarget } from './open.js'

const LAYERS = ['target', 'layer', 'status', 'last success', 'lag', 'synced', 'error']
const SHORT = 12
const OUT_OF_STEP = 3
const DIVERGED = 4
export const PAUSED = 'paused: the history of the source was reset; see `montana mirror resume`'
const LABELS = { MASTER: 'Primary', SLAVE: 'Replica', TEMPORARY_MASTER: 'Temporary primary' } as const

export function statusCommand(context: CliContext): Command {
  const command = new Command('status')
    .description('roles and layers as this host knows them; contacts nobody')
    .argument('[id]', 'one target')
  return addMirrorFlags(command).action(async (id: string | undefined, _, self: Command) => {
    const flags = self.optsWithGlobals<MirrorFlags>()
    const place = await readPlace(context, flags)
    const targets = id === undefined ? place.config.targets : [requireTarget(place, id)]
    const { rows, isPaused } = await known(place, targets)
    const { enabled, role } = place.config
    if (flags.json) context.json({ enabled, role, isPaused, layers: rows })
    else context.out(textOf(enabled, role, rows, isPaused))
    context.exit(isPaused ? DIVERGED : exitOf(rows))
  })
}

/** Every layer of every target that is configured, also of one that was never synced. */
async function known({ dataFolder }: MirrorPlace, targets: readonly TargetConfig[]) {
  const { layersOf, openMirrorStore } = await import('@montana/mirror')
  const store = openMirrorStore(dataFolder)
  try {
    const rows = targets.flatMap((target) => layersOf(target).map((layer) => store.layers.get(target.name, layer)))
    return { rows, isPaused: store.isPaused() }
  } finally {
    store.close()
  }
}

function textOf(
  enabled: boolean,
  role: keyof typeof LABELS | null,
  rows: readonly LayerRecord[],
  isPaused: boolean,
): string {
  const head = [
    labelled('mirroring', enabled ? 'on' : 'off; set MIRROR_ENABLED=true'),
    labelled('self', role === null ? 'no role: inert' : LABELS[role]),
    ...(isPaused ? [PAUSED] : []),
  ]
  if (rows.length === 0) return [...head, '', 'there is no target; add one with `montana mirror add`'].join('\n')
  const cells = rows.map(({ mirror, layer, status, lastSuccessAtMs, lagCommits, synced, total, commit, error }) => {
    const counts = total === null ? (commit?.slice(0, SHORT) ?? null) : `${synced}/${total}`
    const success = lastSuccessAtMs === null ? null : new Date(lastSuccessAtMs).toISOString()
    return [mirror, layer, status, success, lagCommits, counts, error?.code ?? null]
  })
  return [...head, '', formatTable(LAYERS, cells)].join('\n')
}

/** The first of: a decision is needed, something is out of step. */
function exitOf(rows: readonly LayerRecord[]): number {
  if (rows.some(({ status }) => status === 'diverged')) return DIVERGED
  return rows.every(({ status }) => status === 'ok' || status === 'off') ? 0 : OUT_OF_STEP
}
