import { type Ability, type Kind, LABELS, type Label, makePlan } from '@montana/chaos'
import { HOSTS } from '@montana/trials'

export type Host = (typeof HOSTS)[number]

/** A fault of the ledger's schedule, with hosts in place of its nodes. */
export interface HostFault {
  readonly kind: Kind
  readonly targets: readonly Host[]
  /** After the beginning of its step, and from then on, ms. */
  readonly delayMs: number
  readonly durationMs: number
  /** `clock`: seconds; `loss`: percent; `bandwidth`: KiB/s; `cpu`: percent of the time that it may run. */
  readonly amount: number | null
}

export interface HostStep {
  /** Not before this time of the run, ms. */
  readonly startMs: number
  readonly faults: readonly HostFault[]
  /** Left to the group at least, ms. */
  readonly healMs: number
}

export interface Schedule {
  readonly steps: readonly HostStep[]
  readonly omitted: readonly { readonly kind: Kind; readonly reason: string }[]
}

/** What the schedule has for the ledger alone. */
const FOREIGN: Readonly<Partial<Record<Ability, string>>> = {
  strace: 'an agent flushes only when its role changes',
  'second-build': 'upgrades of a group are tested where it is deployed',
}
const NO_DELAY = {
  kind: 'delay',
  reason: 'no link proxy stands between agents, which know each other by address',
} as const

export interface ScheduleInit {
  readonly seed: number
  readonly minutes: number
  /** Why this host cannot do it, by what it lacks. */
  readonly lacks: ReadonlyMap<Ability, string>
}

/** The seeded schedule of the ledger's chaos, without what only a ledger can suffer. Pure. */
export function makeSchedule({ seed, minutes, lacks }: ScheduleInit): Schedule {
  const all = new Map([...lacks, ...(Object.entries(FOREIGN) as [Ability, string][])])
  const plan = makePlan({ seed, minutes, lacks: all })
  const steps = plan.steps.map((step) => {
    const kept = step.faults.filter(({ kind }) => kind !== NO_DELAY.kind)
    return { ...step, faults: kept.map((fault) => ({ ...fault, targets: fault.targets.map(hostOf) })) }
  })
  return { steps: steps.filter(({ faults }) => faults.length > 0), omitted: [...plan.omitted, NO_DELAY] }
}

function hostOf(label: Label): Host {
  return HOSTS[LABELS.indexOf(label)] ?? HOSTS[0]
}

/** Whom the schedule hits with one kind of fault. */
export function targetsOf({ steps }: Schedule, kind: Kind): Host[] {
  const faults = steps.flatMap((step) => step.faults).filter((fault) => fault.kind === kind)
  return [...new Set(faults.flatMap(({ targets }) => targets))]
}
