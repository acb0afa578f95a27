import { Dice } from './dice.js'
import { type Ability, KIND_TABLE } from './kinds.js'
import { type Fault, isPartition, KINDS, type Kind, type Omitted, type Plan, type Step } from './types.js'

/** Until five nodes have started and met, ms. */
const START_MS = 20_000
/** For the last healing, and for the stores to be read, ms. */
export const END_MS = 20_000
/** The mesh is left alone at least so long after each step, ms. */
const HEAL_MS = 6_000
/** In a round, so many pairs overlap: one of the nodes with one of the links. */
const PAIRS = 4
/** The second fault of a pair begins so much later at most, ms. */
const OVERLAP_AFTER_MS = 3_000

export interface PlanInit {
  readonly seed: number
  readonly minutes: number
  /** Why this host cannot do it, by what it lacks. */
  readonly lacks: ReadonlyMap<Ability, string>
  /** Only these; undefined: all. */
  readonly kinds?: readonly Kind[] | undefined
  /** How long each partition lasts; undefined: as the table of kinds says. */
  readonly partitionSeconds?: number | undefined
}

/** Rounds of all kinds, in an order that the seed draws, until the time is used. Pure: one input, one plan. */
export function makePlan(init: PlanInit): Plan {
  const { seed, minutes } = init
  const dice = new Dice(seed)
  const impossible = KINDS.flatMap((kind) => lackOf(kind, init))
  const kinds = KINDS.filter((kind) => !impossible.some((one) => one.kind === kind))
  const draw = drawer(dice, init.partitionSeconds)
  const lastMs = minutes * 60_000 - END_MS
  const steps: Step[] = []
  for (let atMs = START_MS; ; ) {
    const before = steps.length
    for (const faults of round(kinds, dice, draw)) {
      const lengthMs = Math.max(...faults.map(timeOf)) + HEAL_MS
      if (atMs + lengthMs > lastMs) continue
      steps.push({ startMs: atMs, faults, healMs: HEAL_MS })
      atMs += lengthMs
    }
    if (steps.length === before) return { seed, minutes, steps, omitted: [...impossible, ...tooLate(kinds, steps)] }
  }
}

function timeOf({ kind, delayMs, durationMs }: Fault): number {
  return delayMs + durationMs + (KIND_TABLE[kind].ownSeconds ?? 0) * 1_000
}

function lackOf(kind: Kind, { lacks, kinds }: PlanInit): Omitted[] {
  if (kinds && !kinds.includes(kind)) return [{ kind, reason: 'this run was told to do others only' }]
  const reason = KIND_TABLE[kind].needs.map((ability) => lacks.get(ability)).find((text) => text !== undefined)
  return reason === undefined ? [] : [{ kind, reason }]
}

function tooLate(kinds: readonly Kind[], steps: readonly Step[]): Omitted[] {
  const planned = new Set(steps.flatMap(({ faults }) => faults.map(({ kind }) => kind)))
  return kinds.filter((kind) => !planned.has(kind)).map((kind) => ({ kind, reason: 'the minutes do not reach' }))
}

/** Every kind once: what takes the whole mesh first, then pairs and single ones mixed. */
function round(kinds: readonly Kind[], dice: Dice, draw: Draw): Fault[][] {
  const of = (sort: string) => dice.shuffle(kinds.filter((kind) => KIND_TABLE[kind].sort === sort))
  const [nodes, links] = [of('node'), of('link')]
  const pairs = Math.min(PAIRS, nodes.length, links.length)
  const together = Array.from({ length: pairs }, (_, index) => [nodes[index], links[index]])
  const alone = [...nodes.slice(pairs), ...links.slice(pairs)].map((kind) => [kind])
  const groups = [...of('whole').map((kind) => [kind]), ...dice.shuffle([...together, ...alone])]
  return groups.map((group) => group.flatMap((kind, index) => (kind ? [draw(kind, index)] : [])))
}

type Draw = (kind: Kind, index: number) => Fault

/** `partitionSeconds` takes nothing from what the seed draws: whom it hits, and in which order, stays the same. */
function drawer(dice: Dice, partitionSeconds: number | undefined): Draw {
  return (kind, index) => {
    const row = KIND_TABLE[kind]
    const [shortest, longest] = row.seconds
    const delayMs = index === 0 ? 0 : dice.integer(0, OVERLAP_AFTER_MS)
    const drawnMs = dice.integer(shortest * 1_000, longest * 1_000)
    const isSet = partitionSeconds !== undefined && isPartition(kind)
    return { kind, delayMs, durationMs: isSet ? partitionSeconds * 1_000 : drawnMs, ...row.draw(dice) }
  }
}
