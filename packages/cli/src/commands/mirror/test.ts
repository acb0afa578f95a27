import { UsageError } from '@montana/foundation'
import type { PermissionCheck } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { addMirrorFlags, type MirrorFlags, readPlace } from './open.js'

const MARKS = { true: 'yes', false: 'NO', unknown: 'cannot tell' } as const
const TOO_WEAK = 77

export function testCommand(context: CliContext): Command {
  const command = new Command('test')
    .description('try every permission that a target needs, each with its remedy')
    .argument('<id>', 'target')
  return addMirrorFlags(command).action(async (id: string, _, self: Command) => {
    const flags = self.optsWithGlobals<MirrorFlags>()
    const { reach } = await import('@montana/mirror')
    const { config } = await readPlace(context, flags)
    const target = config.targets.find(({ name }) => name === id)
    if (target === undefined)
      throw new UsageError(`there is no target ${id}`, { field: 'id', remedy: 'see `montana mirror status`' })
    const checks: PermissionCheck[] = []
    for await (const check of reach(target, {}).provider.test(context.signal)) {
      checks.push(check)
      if (!flags.json) context.out(lineOf(check))
    }
    if (flags.json) context.json({ target: id, checks })
    context.exit(checks.some(({ granted, needed }) => granted === false && !needed.includes('optional')) ? TOO_WEAK : 0)
  })
}

function lineOf({ name, needed, granted, remedy }: PermissionCheck): string {
  return `${MARKS[`${granted}`]}  ${name} (${needed})${remedy === null ? '' : `; ${remedy}`}`
}
