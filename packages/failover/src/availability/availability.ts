import { majorityFormula, withoutMajority } from './structures.js'

/** Of 365.25 days. */
export const SECONDS_PER_YEAR = 31_557_600

/** Times in seconds, shares and availabilities from 0 to 1. */
export interface AvailabilityInput {
  /** A: of one host. */
  readonly hostAvailability: number
  readonly hosts: number
  /** Who is enough: any host, or a majority. */
  readonly rule: 'any' | 'majority'
  /** Mean time between failures of the host that leads. */
  readonly mtbfSeconds: number
  readonly switchSeconds: number
  readonly failbackSeconds: number
  readonly plannedPerYear: number
  readonly handoverSeconds: number
  /** β: share of faults that all hosts have in common. */
  readonly commonCause: number
  /** c: share of faults that the detector sees. */
  readonly coverage: number
}

export interface AvailabilityTerm {
  readonly name: 'structure' | 'switch' | 'failback' | 'planned' | 'common cause' | 'undetected'
  readonly formula: string
  readonly unavailability: number
  readonly secondsPerYear: number
  /** −log10 of the unavailability; null where it is zero. */
  readonly nines: number | null
}

export interface Availability {
  readonly terms: readonly AvailabilityTerm[]
  readonly total: Omit<AvailabilityTerm, 'name'> & { readonly availability: number }
}

/** Sum of the ways to be down; an upper bound where they overlap. Spec three-mirror 13. */
export function availability(input: AvailabilityInput): Availability {
  const terms = [structure(input), ...changes(input), ...blindSpots(input)]
  const sum = terms.reduce((total, { unavailability }) => total + unavailability, 0)
  // More than all of the time is not possible: the terms overlap long before.
  const total = rated('sum', Math.min(1, sum))
  return { terms, total: { ...total, availability: 1 - total.unavailability } }
}

function structure({ hostAvailability: a, hosts: n, rule }: AvailabilityInput): AvailabilityTerm {
  if (rule === 'any') return { name: 'structure', ...rated(`q^${n}`, (1 - a) ** n) }
  return { name: 'structure', ...rated(majorityFormula(n), withoutMajority(a, n)) }
}

function changes(input: AvailabilityInput): AvailabilityTerm[] {
  const { mtbfSeconds, switchSeconds, failbackSeconds, plannedPerYear, handoverSeconds } = input
  const planned = (plannedPerYear * handoverSeconds) / SECONDS_PER_YEAR
  return [
    { name: 'switch', ...rated('T_switch / MTBF', switchSeconds / mtbfSeconds) },
    { name: 'failback', ...rated('T_failback / MTBF', failbackSeconds / mtbfSeconds) },
    { name: 'planned', ...rated('planned·T_handover / year', planned) },
  ]
}

function blindSpots({ hostAvailability, commonCause, coverage }: AvailabilityInput): AvailabilityTerm[] {
  const q = 1 - hostAvailability
  return [
    { name: 'common cause', ...rated('β·q', commonCause * q) },
    { name: 'undetected', ...rated('(1 − c)·q', (1 - coverage) * q) },
  ]
}

function rated(formula: string, unavailability: number): Omit<AvailabilityTerm, 'name'> {
  const nines = unavailability === 0 ? null : -Math.log10(unavailability)
  return { formula, unavailability, secondsPerYear: unavailability * SECONDS_PER_YEAR, nines }
}
