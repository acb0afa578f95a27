import { Coverage } from '../instrument/coverage.js'
import { GROUP_NAMES, targetsOf } from '../targets/catalogue.js'
import type { Target } from '../targets/target.js'
import { readCorpus } from './corpus-files.js'
import { tryInput } from './trial.js'

export interface ReplayReport {
  readonly targets: number
  readonly inputs: number
  /** `target: rule: message`. */
  readonly breaches: readonly string[]
  /** Targets that refuse each of their own seeds, though they should not: they test nothing. */
  readonly refusing: readonly string[]
}

/** Runs the seeds and the kept corpus of each target that is asked for against the plain modules, without counters in them. */
export async function replay(
  groups: readonly string[] = GROUP_NAMES,
  isAsked: (target: string) => boolean = () => true,
): Promise<ReplayReport> {
  const breaches: string[] = []
  const refusing: string[] = []
  let [targets, inputs] = [0, 0]
  for (const group of groups) {
    for (const target of (await targetsOf(group)).filter(({ name }) => isAsked(name))) {
      const { tried, accepted } = await replayTarget(target, breaches)
      targets++
      inputs += tried
      if (accepted === 0 && target.acceptsNothing !== true) refusing.push(target.name)
    }
  }
  return { targets, inputs, breaches, refusing }
}

async function replayTarget(target: Target, breaches: string[]): Promise<{ tried: number; accepted: number }> {
  const coverage = new Coverage()
  const seeds = await target.seeds()
  let accepted = 0
  const inputs = [...seeds, ...readCorpus(target.name)]
  for (const [index, input] of inputs.entries()) {
    const trial = await tryInput(target, input, coverage)
    if ('breach' in trial) breaches.push(`${target.name}: ${trial.breach.rule}: ${trial.breach.message}`)
    else if (trial.outcome === 'accepted' && index < seeds.length) accepted++
  }
  return { tried: inputs.length, accepted }
}
