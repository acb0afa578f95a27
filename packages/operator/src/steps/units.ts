import { chmod, chown, mkdir, readdir, readFile, rmdir } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { PATHS, within } from '../host/layout.js'
import { find } from '../host/owned.js'
import type { OnboardContext } from '../options.js'
import type { Action, Step } from '../step.js'
import { isSame, putFile } from './files.js'

/** The same in a checkout and in a release. */
export const UNIT_SOURCE = join(import.meta.dirname, '..', '..', '..', '..', 'deploy', 'units')
export const NODE_UNIT = 'montana-node.service'
/** What every node has; others are installed with what they belong to. */
export const UNITS = [
  NODE_UNIT,
  'montana-manifest-sync.service',
  'montana-manifest-sync.timer',
  'montana-vpn-key-sync.service',
  'montana-vpn-key-sync.timer',
  'montana-soak.service',
  'montana-soak.timer',
  'montana-explorer.service',
  'montana-explorer.timer',
  'montana-retrospective.service',
  'montana-retrospective.timer',
  'montana-alert@.service',
]
const ENABLED = [NODE_UNIT, 'montana-manifest-sync.timer']
const TIMERS = ENABLED.filter((unit) => unit.endsWith('.timer'))
/** Hosts with less get lower memory limits: spec operations 10. */
const SMALL_HOST_BYTES = 1.5 * 2 ** 30

export interface UnitsInit {
  /** Whether the native addon loads; without it the node cannot tell systemd that it is ready. */
  readonly hasAddon: boolean
  readonly memoryBytes?: number
  /** A node that runs already is started anew: with the old manifest nobody let it in, and it would knock ever more seldom. */
  readonly isNewManifest: boolean
}

/** Unit files, drop-ins that this host needs, enabled and started. */
export function unitsStep({ options: { root }, services }: OnboardContext, init: UnitsInit): Step {
  return {
    name: 'units',
    look: async (signal) => {
      const files = await lookAtFiles(root, init)
      const isReloaded = files.length > 0
      const enable = await lookAtLinks(root)
      const isActive = await services.isActive(NODE_UNIT, signal)
      const actions: Action[] = [
        ...files,
        ...(isReloaded ? [{ what: 'reload', run: (signal: AbortSignal) => services.daemonReload(signal) }] : []),
        ...(enable.length > 0 ? [enableUnits(services, enable)] : []),
        ...(services.kind === 'none' ? [] : startActions(services, { ...init, isActive, isFirst: enable.length > 0 })),
      ]
      return { found: `${NODE_UNIT} ${isActive ? 'running' : 'not running'}`, actions }
    },
  }
}

interface Running {
  readonly isActive: boolean
  readonly isNewManifest: boolean
  /** Timers are started with their enabling: a timer that somebody has stopped since stays stopped. */
  readonly isFirst: boolean
}

function startActions(services: OnboardContext['services'], { isActive, isNewManifest, isFirst }: Running): Action[] {
  const node = isActive ? [] : [startUnit(services, NODE_UNIT)]
  const again = isActive && isNewManifest ? [restartUnit(services, NODE_UNIT)] : []
  return [...node, ...again, ...(isFirst ? TIMERS.map((timer) => startUnit(services, timer)) : [])]
}

async function lookAtFiles(root: string, init: UnitsInit): Promise<Action[]> {
  const wanted = [...UNITS.map((unit) => ({ from: join(UNIT_SOURCE, unit), name: unit })), ...(await dropIns(init))]
  const actions: Action[] = []
  for (const { from, name } of wanted) {
    const path = join(PATHS.units, name)
    const file = { path, data: await readFile(from), mode: 0o644, owner: 'root' } as const
    if (await isSame(root, file)) continue
    if (!(await find(within(root, dirname(path))))) actions.push(makeFolder(within(root, dirname(path))))
    actions.push(await putFile(root, file))
  }
  return actions
}

/** Each below the name of what it is for, as `UNIT.d/FILE`. */
async function dropIns({ hasAddon, memoryBytes = totalmem() }: UnitsInit): Promise<{ from: string; name: string }[]> {
  const kinds = [...(memoryBytes < SMALL_HOST_BYTES ? ['small-host'] : []), ...(hasAddon ? [] : ['no-addon'])]
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const folder = join(UNIT_SOURCE, 'drop-ins', kind)
      const entries = await readdir(folder, { recursive: true })
      return entries.filter((name) => name.endsWith('.conf')).map((name) => ({ from: join(folder, name), name }))
    }),
  )
  return found.flat()
}

function makeFolder(path: string): Action {
  const run = async () => {
    await mkdir(path, { recursive: true })
    await chown(path, 0, 0)
    await chmod(path, 0o755)
  }
  return { what: `make ${path}`, run, undo: async () => void (await rmdir(path).catch(() => {})) }
}

/** Units whose links of `WantedBy=` are missing. */
async function lookAtLinks(root: string): Promise<string[]> {
  const missing: string[] = []
  for (const unit of ENABLED) {
    const target = /^WantedBy=(\S+)$/m.exec(await readFile(join(UNIT_SOURCE, unit), 'utf8'))?.[1]
    const link = within(root, join(PATHS.units, `${target}.wants`, unit))
    if (target && !(await find(link))) missing.push(unit)
  }
  return missing
}

function enableUnits(services: OnboardContext['services'], units: readonly string[]): Action {
  return {
    what: `enable ${units.join(' and ')}`,
    run: (signal) => services.enable(units, signal),
    undo: () => services.disable(units, AbortSignal.timeout(UNDO_MS)),
  }
}

const UNDO_MS = 30_000

function startUnit(services: OnboardContext['services'], unit: string): Action {
  return {
    what: `start ${unit}`,
    run: (signal) => services.start(unit, signal),
    undo: () => services.stop(unit, AbortSignal.timeout(UNDO_MS)),
  }
}

function restartUnit(services: OnboardContext['services'], unit: string): Action {
  return { what: `restart ${unit}`, run: (signal) => services.restart(unit, signal) }
}
