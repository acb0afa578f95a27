import { UsageError } from '@montana/foundation'
import { type ReplayReport, replay } from '../engine/replay.js'
import { GROUP_NAMES, targetsOf } from '../targets/catalogue.js'
import { NATIVE_GROUP, NATIVE_TARGETS, runNative } from './native.js'
import { FINDINGS } from './run-groups.js'

export interface ReplayEnd extends ReplayReport {
  /** What could not be replayed on this host. */
  readonly skipped: readonly string[]
}

/** Names are groups or targets; all of them where there are none. */
export async function runReplay(names: readonly string[]): Promise<ReplayEnd> {
  for (const name of names) await checkTarget(name)
  const groupOf = (name: string): string => name.split('/')[0] as string
  const groups = names.length === 0 ? GROUP_NAMES : GROUP_NAMES.filter((group) => names.map(groupOf).includes(group))
  const isAsked = (target: string) => names.length === 0 || names.includes(target) || names.includes(groupOf(target))
  const plain = await replay(groups, isAsked)
  const isNativeAsked = names.length === 0 || names.map(groupOf).includes(NATIVE_GROUP)
  return isNativeAsked ? withNative(plain, await replayNative(names)) : { ...plain, skipped: [] }
}

/** Throws UsageError: a name that is nobody's replays nothing. */
async function checkTarget(name: string): Promise<void> {
  const [group = '', target] = name.split('/')
  if (target === undefined) return
  const known = group === NATIVE_GROUP ? NATIVE_TARGETS.map((each) => `${group}/${each}`) : await namesOf(group)
  if (!known.includes(name)) throw new UsageError(`no target is named ${name}; ${group} has ${known.join(', ')}`)
}

async function namesOf(group: string): Promise<string[]> {
  return (await targetsOf(group)).map(({ name }) => name)
}

function replayNative(names: readonly string[]): ReturnType<typeof runNative> {
  const isWhole = names.length === 0 || names.includes(NATIVE_GROUP)
  const only = isWhole ? [] : NATIVE_TARGETS.filter((target) => names.includes(`${NATIVE_GROUP}/${target}`))
  return runNative({ only, seconds: 0, seed: 1, minimize: false, findings: FINDINGS })
}

function withNative(plain: ReplayReport, native: Awaited<ReturnType<typeof runNative>>): ReplayEnd {
  if ('skipped' in native) return { ...plain, skipped: [`${native.group}: ${native.skipped}`] }
  if ('error' in native)
    return { ...plain, breaches: [...plain.breaches, `${native.group}: ${native.error}`], skipped: [] }
  return {
    targets: plain.targets + native.targets.length,
    inputs: plain.inputs + native.targets.reduce((sum, { runs }) => sum + runs, 0),
    breaches: [
      ...plain.breaches,
      ...native.findings.map(({ target, rule, message }) => `${target}: ${rule}: ${message}`),
    ],
    refusing: plain.refusing,
    skipped: [],
  }
}
