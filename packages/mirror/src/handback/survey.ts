import type { Ledger } from '../contracts/config.js'
import { type HandbackPlan, type HandbackRef, planHandback } from '../decide/handback-plan.js'
import { type BothSides, contains, fetchSide, type Tips, trialMerge } from './git.js'

export interface Survey {
  readonly primary: Tips
  readonly replica: Tips
  readonly plan: HandbackPlan
}

export interface SurveyInit {
  readonly sides: BothSides
  readonly onRecovery: 'merge' | 'rescue'
  readonly ledgers: readonly Ledger[]
  readonly stateFile: string
}

const RESCUE = 'refs/heads/rescue/'

/** What each branch and tag needs, worked out on fetched copies: nothing of either side moves. Spec 11.3 step 1. */
export async function survey(init: SurveyInit, signal: AbortSignal): Promise<Survey> {
  const { primary, replica, refs } = await compareSides(init.sides, signal)
  return { primary, replica, plan: planHandback(refs, init.onRecovery, unitedPaths(init)) }
}

export interface Compared {
  readonly primary: Tips
  readonly replica: Tips
  /** In the order of their names, without rescue refs. */
  readonly refs: readonly HandbackRef[]
}

/** How the refs of both sides stand to each other; fetches copies of both. */
export async function compareSides(sides: BothSides, signal: AbortSignal): Promise<Compared> {
  const primary = await fetchSide(sides, 'primary', signal)
  const replica = await fetchSide(sides, 'replica', signal)
  const names = new Set([...primary.keys(), ...replica.keys()])
  const refs: HandbackRef[] = []
  for (const ref of [...names].filter((name) => !name.startsWith(RESCUE)).sort()) {
    refs.push(await compare(sides, { ref, primary: primary.get(ref), replica: replica.get(ref) }, signal))
  }
  return { primary, replica, refs }
}

/** Files that are merged by their entries, so that no conflict of lines in them counts. */
export function unitedPaths({ ledgers, stateFile }: Pick<SurveyInit, 'ledgers' | 'stateFile'>): string[] {
  return [stateFile, ...ledgers.map(({ path }) => path).filter((path) => !path.includes('#'))]
}

interface Pair {
  readonly ref: string
  readonly primary: string | undefined
  readonly replica: string | undefined
}

async function compare({ primary: git }: BothSides, pair: Pair, signal: AbortSignal): Promise<HandbackRef> {
  const { ref, primary = null, replica = null } = pair
  const found = { ref, primary, replica }
  if (primary === null || replica === null || primary === replica)
    return { ...found, relation: 'neither', conflicts: null }
  if (!ref.startsWith('refs/heads/')) return { ...found, relation: 'neither', conflicts: null }
  if (await contains(git, primary, replica, signal)) return { ...found, relation: 'primary-contains', conflicts: null }
  if (await contains(git, replica, primary, signal)) return { ...found, relation: 'replica-contains', conflicts: null }
  const { conflicts } = await trialMerge(git, primary, replica, signal)
  return { ...found, relation: 'neither', conflicts }
}
