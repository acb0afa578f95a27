import type { Mirror, TargetConfig } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import {
  addMirrorFlags,
  type MirrorFlags,
  type MirrorPlace,
  openPlace,
  readManifest,
  readPlace,
  requireTarget,
} from './open.js'

interface TargetHealth {
  readonly target: string
  readonly health: string
  readonly findings: readonly { readonly code: string; readonly message: string; readonly remedy: string | null }[]
}

const OUT_OF_STEP = 3
const UNREACHABLE = 69

export function healthCommand(context: CliContext): Command {
  const command = new Command('health')
    .description('ask targets: reachable, credential, workflow states')
    .argument('[id]', 'one target')
  return addMirrorFlags(command).action(async (id: string | undefined, _, self: Command) => {
    const flags = self.optsWithGlobals<MirrorFlags>()
    const place = await readPlace(context, flags)
    const targets = id === undefined ? place.config.targets : [requireTarget(place, id)]
    const all = await healthOf(context, place, targets)
    if (flags.json) context.json({ targets: all })
    else for (const one of all) for (const line of linesOf(one)) context.out(line)
    context.exit(exitOf(all))
  })
}

/** Each by the role that the fence says it has: the workflows of a temporary primary are to run. */
async function healthOf(
  context: CliContext,
  place: MirrorPlace,
  targets: readonly TargetConfig[],
): Promise<readonly TargetHealth[]> {
  const { checkHealth, reach, roleOfTarget } = await import('@montana/mirror')
  const manifest = await readManifest(place)
  const mirror = await openWhereAnswered(context, place)
  const { signal } = context
  const all: TargetHealth[] = []
  try {
    for (const target of targets) {
      const reached = reach(target, {})
      const role = mirror === null ? 'SLAVE' : await roleOfTarget(mirror.parts, reached, signal)
      const init = { provider: reached.provider, manifest, role, nowMs: Date.now() }
      const { health, findings } = await checkHealth(init, signal)
      all.push({ target: target.name, health, findings })
    }
  } finally {
    mirror?.close()
  }
  return all
}

/** Null: the fence cannot be asked, which the health of its own target tells. */
async function openWhereAnswered(context: CliContext, place: MirrorPlace): Promise<Mirror | null> {
  const { MirrorError } = await import('@montana/mirror')
  try {
    return await openPlace(context, place, { isPrimaryOptional: true })
  } catch (error) {
    if (error instanceof MirrorError) return null
    throw error
  }
}

function linesOf({ target, health, findings }: TargetHealth): string[] {
  const shown = findings.map(
    ({ code, message, remedy }) => `  ${code}: ${message}${remedy === null ? '' : `; ${remedy}`}`,
  )
  return [`${target} ${health}`, ...shown]
}

function exitOf(all: readonly TargetHealth[]): number {
  if (all.some(({ health }) => health === 'failed')) return UNREACHABLE
  return all.every(({ health }) => health === 'ok') ? 0 : OUT_OF_STEP
}
