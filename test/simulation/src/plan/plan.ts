import type { VerifyPolicy } from '@montana/consensus'
import type { CementingRule, ProposerRule, ProtocolParams } from '@montana/ledger'
import { BEHAVIOUR_NAMES } from '../byzantine/behaviours.js'
import { Dice } from '../kernel/dice.js'
import { type LinkFaults, NO_LINK_FAULTS } from '../network/faults.js'

/** What can go wrong in a run. A seed draws a subset, a shrunken run keeps what is needed to fail. */
export const FAULT_KINDS = [
  'loss',
  'duplicate',
  'replay',
  'straggle',
  'partition',
  'one-way',
  'crash',
  'crash-all',
  'crash-between-effects',
  'freeze',
  'slow-clock',
  'minority-gone',
  'amnesia',
  'byzantine',
  'garbage',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface NodePlan {
  readonly role: 'member' | 'observer' | 'newcomer'
  /** Of its clock, as a part of the nominal one. */
  readonly speed: number
  readonly minWindowMs: number
  readonly verify: VerifyPolicy
  /** Names of dishonest behaviours; empty for honest nodes. */
  readonly behaviours: readonly string[]
}

/** Everything that a run depends on besides the code. */
export interface Plan {
  readonly seed: number
  readonly windows: number
  readonly rules: { readonly proposerRule: ProposerRule; readonly cementingRule: CementingRule }
  readonly params: Partial<ProtocolParams>
  readonly nodes: readonly NodePlan[]
  readonly faults: ReadonlySet<FaultKind>
  readonly links: LinkFaults
  /** Probability, per effect, of dying right before it. */
  readonly crashPerEffect: number
  /** Index of a member that stays away for ever after its first fault. */
  readonly gone: number | undefined
}

export interface PlanOptions {
  readonly windows?: number
  /** Kinds of fault that this run must do without. */
  readonly without?: readonly FaultKind[]
  readonly members?: number
  /** What is not left to the seed. */
  readonly hint?: PlanHint
}

/** Narrows what a seed draws to what is likely to show one thing: a search, not a proof. */
export interface PlanHint {
  /** Exactly these kinds of fault … */
  readonly faults?: readonly FaultKind[]
  /** … and the dishonest member, where `byzantine` is among them, does this. */
  readonly behaviours?: readonly string[]
  readonly rules?: Plan['rules']
  readonly tau2Windows?: number
  readonly newcomers?: number
  readonly links?: Partial<LinkFaults>
  /** Probability, per effect, of dying right before it. */
  readonly crashPerEffect?: number
}

/** Nominal length of a window, virtual ms. */
export const WINDOW_MS = 60_000
/** Parameters for simulators: spec protocol 4.5. */
const SMALL_PARAMS = { d0: 64, tau2Windows: 48, vdfEntryWindows: 2, selectionInterval: 4, candidateExpiryWindows: 144 }
/** Epochs that end many times in a run. */
const SHORT_EPOCH_WINDOWS = 8
export const ROTATION_AND_VOTE = { proposerRule: 'rotation', cementingRule: 'vote' } as const
export const BOOTSTRAP_AND_EVIDENCE = { proposerRule: 'bootstrap', cementingRule: 'evidence' } as const
/** A part of the seeds gets each fault; "swarm testing": fewer kinds at once go deeper. */
const KIND_CHANCE = 0.5

/** The same seed and options give the same plan. */
export function drawPlan(seed: number, options: PlanOptions = {}): Plan {
  const dice = new Dice(seed, 'plan')
  const { hint = {}, without } = options
  const drawn = new Set(FAULT_KINDS.filter(() => dice.chance(KIND_CHANCE)))
  const wanted = hint.faults ?? [...drawn].filter((kind) => isPossible(kind, drawn))
  const faults = new Set(wanted.filter((kind) => !without?.includes(kind)))
  const members = options.members ?? dice.pick([4, 4, 5])
  const tau2Windows = dice.chance(0.4) ? SHORT_EPOCH_WINDOWS : SMALL_PARAMS.tau2Windows
  const rules = hint.rules ?? (dice.chance(0.85) ? ROTATION_AND_VOTE : BOOTSTRAP_AND_EVIDENCE)
  const newcomers = hint.newcomers ?? dice.pick([0, 1, 1, 2])
  const company = { members, newcomers, isVoting: rules.cementingRule === 'vote', behaviours: hint.behaviours }
  const crashPerEffect = hint.crashPerEffect ?? new Dice(seed, 'crash').between(0.0005, 0.004)
  return {
    seed,
    windows: options.windows ?? 60,
    rules,
    params: { ...SMALL_PARAMS, tau2Windows: hint.tau2Windows ?? tau2Windows },
    nodes: drawNodes(new Dice(seed, 'nodes'), company, faults),
    faults,
    links: { ...drawLinks(new Dice(seed, 'links'), faults), ...hint.links },
    crashPerEffect: faults.has('crash-between-effects') ? crashPerEffect : 0,
    gone: faults.has('minority-gone') ? members - 1 : undefined,
  }
}

/** One member at a time may be dishonest, gone, or silent because it forgot: four equal members tolerate one. */
function isPossible(kind: FaultKind, drawn: ReadonlySet<FaultKind>): boolean {
  if (kind === 'amnesia') return !drawn.has('byzantine') && !drawn.has('minority-gone')
  return kind !== 'minority-gone' || !drawn.has('byzantine')
}

/** Who takes part. */
interface Company {
  readonly members: number
  readonly newcomers: number
  readonly isVoting: boolean
  readonly behaviours: readonly string[] | undefined
}

function drawNodes(dice: Dice, company: Company, faults: ReadonlySet<FaultKind>): NodePlan[] {
  const { members, newcomers, isVoting, behaviours } = company
  const outsiders = newcomers === 0 ? ['observer' as const] : new Array<'newcomer'>(newcomers).fill('newcomer')
  const roles = [...new Array<'member'>(members).fill('member'), ...outsiders]
  // A dishonest bootstrap operator breaks an `evidence` network by definition (spec protocol 11.3).
  const dishonest = faults.has('byzantine') ? dice.integer(isVoting ? 0 : 1, members - 1) : undefined
  const slow = faults.has('slow-clock') ? dice.integer(1, members) : undefined
  return roles.map((role, index) => ({
    role,
    speed: dice.between(0.99, 1.01) * (index === slow ? dice.between(0.4, 0.9) : 1),
    minWindowMs: dice.chance(0.3) ? dice.between(0, 20_000) : 0,
    verify: dice.pick([{ kind: 'quorum' }, { kind: 'full' }, { kind: 'sample', segments: 16 }] as const),
    behaviours: index === dishonest ? (behaviours ?? drawBehaviours(dice)) : [],
  }))
}

/** Mostly one, so that a failing run says which. */
function drawBehaviours(dice: Dice): string[] {
  const first = dice.pick(BEHAVIOUR_NAMES)
  return dice.chance(0.3) ? [first, dice.pick(BEHAVIOUR_NAMES)] : [first]
}

function drawLinks(dice: Dice, faults: ReadonlySet<FaultKind>): LinkFaults {
  const draws = {
    loss: dice.between(0.02, 0.3),
    duplicate: dice.between(0.02, 0.2),
    replay: dice.between(0.02, 0.5),
    straggle: dice.between(0.01, 0.1),
  }
  const only = (kind: keyof typeof draws) => (faults.has(kind) ? draws[kind] : 0)
  return {
    ...NO_LINK_FAULTS,
    ...{ loss: only('loss'), duplicate: only('duplicate'), replay: only('replay'), straggle: only('straggle') },
    straggleMaxMs: dice.between(2_000, 120_000),
  }
}
