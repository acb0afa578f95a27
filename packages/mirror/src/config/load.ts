import type { MirrorConfig, TargetConfig } from '../contracts/config.js'
import { spanProblem } from '../decide/time-budget.js'
import { MINUTE_MS } from './constants.js'
import { GLOBAL_KEYS, type GlobalSettings, globalSchema } from './keys.js'
import { type ConfigProblem, configError, invalid } from './problem.js'
import { readValues } from './read-values.js'
import { type ConfigSources, collectSettings } from './settings.js'
import { readSlot } from './slot-target.js'

/**
 * The configuration of the mirror: flags, then environment, then `.env`. Throws one ConfigError (78) that names each
 * wrong key, what is wrong with its value (never the value of a secret) and the remedy; `metadata.problems` has them one
 * by one. Reads the files of tokens and keys. Spec repository-mirror 3.
 */
export function loadMirrorConfig(sources: ConfigSources): MirrorConfig {
  const settings = collectSettings(sources)
  const read = readValues(globalSchema, settings.globals, '', GLOBAL_KEYS)
  const slots = [...settings.slots].map(([slot, values]) => readSlot(slot, values))
  const targets = slots.flatMap(({ target }) => (target === null ? [] : [target]))
  const problems = [...settings.problems, ...read.problems, ...slots.flatMap((slot) => slot.problems)]
  // What stands in several keys is judged only once each of them is the one that was meant.
  const judged = read.isRead && problems.length === 0 ? relations(read.value, targets) : problems
  if (!read.isRead || judged.length > 0) throw configError(judged)
  return configOf(read.value, targets)
}

function configOf(globals: GlobalSettings, targets: readonly TargetConfig[]): MirrorConfig {
  const { MASTER_REPO = null, MASTER_TOKEN = null, MIRROR_ALERT_WEBHOOK = null } = globals
  return {
    enabled: globals.MIRROR_ENABLED,
    role: globals.MIRROR_ROLE,
    manifestFile: globals.MIRROR_MANIFEST,
    stateFile: globals.MIRROR_STATE_FILE,
    autoPromote: globals.MIRROR_AUTO_PROMOTE,
    fenceSlot: globals.MIRROR_FENCE ?? lowestPromotable(targets),
    permitMs: globals.MIRROR_PERMIT_MINUTES,
    skewMs: globals.MIRROR_SKEW_MINUTES,
    stalenessMs: globals.MIRROR_STALENESS_MINUTES,
    sentinel: { intervalMs: globals.SENTINEL_INTERVAL_MINUTES, threshold: globals.SENTINEL_THRESHOLD },
    recoveryObservations: globals.MIRROR_RECOVERY_OBSERVATIONS,
    onRecovery: globals.MIRROR_ON_RECOVERY,
    resetMode: globals.MIRROR_RESET_MODE,
    primaryRepository: MASTER_REPO,
    primaryToken: MASTER_TOKEN,
    alertWebhook: MIRROR_ALERT_WEBHOOK,
    targets,
  }
}

function lowestPromotable(targets: readonly TargetConfig[]): number | null {
  return targets.find((target) => target.type === 'github' && target.enabled && target.promotable)?.slot ?? null
}

function relations(globals: GlobalSettings, targets: readonly TargetConfig[]): ConfigProblem[] {
  return [...timeBudget(globals), ...spanOf(globals), ...fenceProblems(globals, targets), ...nameProblems(targets)]
}

/** P + S < T: the holder stops before the successor starts. Spec repository-mirror 9.3. */
function timeBudget(globals: GlobalSettings): ConfigProblem[] {
  const [permit, skew, staleness] = [
    globals.MIRROR_PERMIT_MINUTES,
    globals.MIRROR_SKEW_MINUTES,
    globals.MIRROR_STALENESS_MINUTES,
  ].map((value) => value / MINUTE_MS) as [number, number, number]
  if (permit + skew < staleness) return []
  const fault = `${staleness} is not above MIRROR_PERMIT_MINUTES ${permit} + MIRROR_SKEW_MINUTES ${skew}`
  const remedy = `raise it above ${permit + skew}, or shorten the permit`
  return [invalid('MIRROR_STALENESS_MINUTES', fault, remedy)]
}

/** The sentinel of the replica would refuse to start with these. */
function spanOf(globals: GlobalSettings): ConfigProblem[] {
  const problem = spanProblem({
    permitMs: globals.MIRROR_PERMIT_MINUTES,
    skewMs: globals.MIRROR_SKEW_MINUTES,
    intervalMs: globals.SENTINEL_INTERVAL_MINUTES,
    threshold: globals.SENTINEL_THRESHOLD,
  })
  return problem === null ? [] : [invalid('SENTINEL_THRESHOLD', problem, 'raise it, or shorten the permit')]
}

function fenceProblems({ MIRROR_FENCE: slot }: GlobalSettings, targets: readonly TargetConfig[]): ConfigProblem[] {
  if (slot === undefined || targets.some((target) => target.slot === slot && target.type === 'github')) return []
  const known = targets.flatMap((target) => (target.type === 'github' ? [`mirror-${target.slot}`] : []))
  const remedy = known.length === 0 ? 'remove it' : `write one of ${known.join(', ')}`
  return [invalid('MIRROR_FENCE', `'mirror-${slot}' is no github slot here`, remedy)]
}

function nameProblems(targets: readonly TargetConfig[]): ConfigProblem[] {
  const firsts = new Map<string, number>()
  return targets.flatMap(({ name, slot }) => {
    const first = firsts.get(name)
    if (first === undefined) firsts.set(name, slot)
    if (first === undefined) return []
    return [invalid(`MIRROR_${slot}_NAME`, `'${name}' is also the name of slot ${first}`, 'give each slot its own')]
  })
}
