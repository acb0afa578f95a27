import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, readManifest, readPlace } from './open.js'

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
    const { checkHealth, reach } = await import('@montana/mirror')
    const place = await readPlace(context, flags)
    const manifest = await readManifest(place)
    const all: TargetHealth[] = []
    for (const target of place.config.targets.filter(({ name }) => name === (id ?? name))) {
      const { provider } = reach(target, {})
      const { health, findings } = await checkHealth(
        { provider, manifest, role: 'SLAVE', nowMs: Date.now() },
        context.signal,
      )
      all.push({ target: target.name, health, findings })
    }
    if (flags.json) context.json({ targets: all })
    else for (const one of all) for (const line of linesOf(one)) context.out(line)
    context.exit(exitOf(all))
  })
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
