import { MontanaError } from '@montana/foundation'
import type { Mirror, RoleReport } from '@montana/mirror'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { epochNow, operator, requireConfirmed, requireReason } from './asked.js'
import { addMirrorFlags, type MirrorFlags, openPlace, readPlace, requireTarget } from './open.js'

interface RoleFlags extends MirrorFlags {
  reason?: string
  confirm?: string
  dryRun?: boolean
  force?: boolean
  drained?: boolean
}

type Change = (mirror: Mirror, id: string, flags: RoleFlags, signal: AbortSignal) => Promise<RoleReport>

const NOT_MET = 8
const DIVERGED = 4
const CONFLICTS: readonly (string | null)[] = ['REF_DIVERGED', 'HANDBACK_CONFLICT']

export function promoteCommand(context: CliContext): Command {
  const command = new Command('promote')
    .description('make a replica the temporary primary: a planned switch while this primary lives')
    .option('--force', 'also while the primary is silent and its record young; audited as such')
    .option(
      '--drained',
      'every process on hosts that acts for this primary has been stopped: its last permit is not waited for',
    )
  return roleCommand(context, command, async (mirror, id, flags, signal) => {
    const { promoteReplica } = await import('@montana/mirror')
    return await promoteReplica(mirror.parts, id, await askedBy(mirror, flags, signal), signal)
  })
}

export function demoteCommand(context: CliContext): Command {
  const command = new Command('demote')
    .description('hand a temporary primary back to this primary now, after both histories are united')
    .option(
      '--drained',
      'every process on hosts that acts for the temporary primary has been stopped: its last permit is not waited for',
    )
  return roleCommand(context, command, async (mirror, id, flags, signal) => {
    const { demoteReplica } = await import('@montana/mirror')
    return await demoteReplica(mirror.parts, id, await askedBy(mirror, flags, signal), signal)
  })
}

function roleCommand(context: CliContext, command: Command, change: Change): Command {
  command
    .argument('<id>', 'target')
    .option('--reason <text>', 'why; stands in the audit and in the fence record')
    .option('--confirm <owner/name>', 'the repository of the target, typed once more')
    .option('--dry-run', 'show conditions and steps, change nothing')
  return addMirrorFlags(command).action(async (id: string, _, self: Command) => {
    const flags = self.optsWithGlobals<RoleFlags>()
    const reason = requireReason(flags.reason)
    const place = await readPlace(context, flags)
    const target = requireTarget(place, id)
    if (!flags.dryRun) requireConfirmed(target, flags.confirm)
    const mirror = await openPlace(context, place, { actor: operator(), isPrimaryOptional: true })
    try {
      show(context, flags, await change(mirror, id, { ...flags, reason }, context.signal))
    } catch (error) {
      showConditions(context, flags, error)
      throw error
    } finally {
      mirror.close()
    }
  })
}

async function askedBy(mirror: Mirror, flags: RoleFlags, signal: AbortSignal) {
  const { reason = '', dryRun = false, force = false, drained = false } = flags
  return { reason, dryRun, force, drained, expectedEpoch: await epochNow(mirror, signal) }
}

function show(context: CliContext, flags: RoleFlags, report: RoleReport): void {
  if (flags.json) context.json(report)
  else for (const line of linesOf(report)) context.out(line)
  context.exit(exitOf(report))
}

function linesOf({ id, change, outcome, conditions, plan, steps, findings, epochAfter }: RoleReport): string[] {
  const stepLines =
    outcome === 'shown'
      ? plan.map((step) => `  then ${step}`)
      : steps.map(({ kind, step, message, ...rest }) => {
          return `  ${kind} ${step}: ${rest.outcome}${message === null ? '' : `: ${message}`}`
        })
  const found = findings.map(({ code, message }) => `  ${code}: ${message}`)
  const head =
    outcome === 'shown' ? `shown, nothing is changed; epoch ${epochAfter}` : `${outcome}, epoch ${epochAfter}`
  return [`${id} ${change} ${head}`, ...conditionLines(conditions), ...stepLines, ...found]
}

function conditionLines(conditions: RoleReport['conditions']): string[] {
  return conditions.map(({ name, met, why }) => `  ${met ? 'yes' : 'NO'}  ${name}: ${why}`)
}

/** For people; with --json they stand in the error already, as one object. */
function showConditions(context: CliContext, { json }: RoleFlags, error: unknown): void {
  const conditions = error instanceof MontanaError ? error.metadata?.conditions : undefined
  if (json || !Array.isArray(conditions)) return
  for (const line of conditionLines(conditions as RoleReport['conditions'])) context.err(line)
}

function exitOf({ outcome, conditions, steps }: RoleReport): number {
  if (outcome === 'done') return 0
  if (outcome === 'shown') return conditions.every(({ met }) => met) ? 0 : NOT_MET
  return steps.some(({ code }) => CONFLICTS.includes(code)) ? DIVERGED : NOT_MET
}
