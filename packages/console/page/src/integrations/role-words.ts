import type { Condition } from './types.js'

/** What kind of change a dry run stands for, as the end of "This would be …". */
const CHANGES: Readonly<Record<string, string>> = {
  planned: 'a planned switch: the primary stops first, then the replica takes over',
  silence: 'a promotion in place of a primary that was silent for long enough',
  force: 'a forced promotion: neither a stop nor a silence of the primary is known',
  resumed: 'the rest of a change that was broken off',
  handback: 'a hand-back: the temporary primary stops, both histories are united, then the primary acts',
}

export function changeWords(change: string): string {
  return CHANGES[change] ?? change
}

const PROMOTION: Readonly<Record<string, string>> = {
  sync: 'What is queued goes to the replica: code, secrets, variables, workflows.',
  release: 'The primary lets go of the epoch. From here on it does not act.',
  'runs-ended': 'Runs of its acting workflows are cancelled and waited for.',
  'permit-over': 'The last permit of the primary is waited for. Nobody acts meanwhile.',
  tips: 'What was pushed last is copied, until both sides are equal.',
  claim: 'The replica takes the next epoch.',
  epoch: 'The new epoch is written down on the replica.',
  workflows: 'The acting workflows of the replica are switched on.',
  role: 'It becomes the temporary primary.',
  gates: 'Its gates go live: effects are real.',
  proof: 'The check of the manifest runs there. If it fails, everything is taken back.',
  marker: 'The new role is committed to the state file.',
  activate: 'The fence lets it act.',
}

const HANDBACK: Readonly<Record<string, string>> = {
  plan: 'Both histories are compared once more. A conflict stops here, and nothing has changed.',
  drain: 'The temporary primary stops. From here on nobody acts.',
  'replica-inert': 'Its gates go inert, it is a replica again, its acting workflows are switched off.',
  'runs-ended': 'Runs of its acting workflows are cancelled and waited for.',
  'permit-over': 'The last permit of the temporary primary is waited for.',
  preserve: 'Work that only it has is kept as rescue refs on both sides, before any branch moves.',
  merge: 'Branches move on both sides as planned, and only from the tips that were seen.',
  claim: 'The primary takes the next epoch.',
  epoch: 'The new epoch is written down on both sides.',
  role: 'It is the primary again.',
  gates: 'Its gates go live: effects are real.',
  workflows: 'Its acting workflows are switched on.',
  marker: 'The new role is committed to the state file and copied to the replica.',
  verify: 'Roles, gates and workflows are read back on both sides.',
}

/** A sentence for each step, in their order; a step that nobody has words for keeps its name. */
export function stepWords(change: string, plan: readonly string[]): string[] {
  const words = change === 'handback' ? HANDBACK : PROMOTION
  return plan.map((name) => words[name] ?? name)
}

const TITLES: Readonly<Record<string, string>> = {
  cause: 'Asked for',
  promotable: 'Promotable',
  role: 'Role',
  gates: 'Gates',
  secrets: 'Secrets',
  workflows: 'Workflows',
  credential: 'Credential',
  code: 'Code',
  holder: 'Epoch',
  record: 'Epoch',
  pause: 'Pause',
  history: 'Histories',
  merge: 'Histories',
  clock: 'Clock',
  permit: 'Last permit',
  silence: 'Silence',
  'under way': 'Under way',
  primary: 'Role',
  tips: 'Tips',
}

export interface ConditionWords {
  readonly title: string
  readonly isMet: boolean
  readonly words: string
}

/** Those that stand in the way first. */
export function conditionWords(conditions: readonly Condition[]): ConditionWords[] {
  const rows = conditions.map(({ name, met, why }) => {
    return { title: TITLES[name] ?? name, isMet: met, words: shortIds(why.replace(/^[A-Z_]{6,}: /, '')) }
  })
  return rows.toSorted((a, b) => Number(a.isMet) - Number(b.isMet))
}

const SHORT = 10

function shortIds(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{40,64}\b/g, (id) => id.slice(0, SHORT))
}

/** Whether it could begin, and what it would be. */
export function verdictWords(conditions: readonly Condition[]): string {
  const unmet = conditions.filter(({ met }) => !met).length
  if (unmet === 0) return 'It can start: every condition is met'
  return `It cannot start: ${unmet} of ${conditions.length} conditions ${unmet === 1 ? 'is' : 'are'} not met`
}
