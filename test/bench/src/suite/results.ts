import { z } from 'zod'

export const RESULTS_SCHEMA = 'montana.bench/1'

const count = z.int().nonnegative()
const figures = z.record(z.string(), z.number())

/** What somebody would use instead, measured in the same run. */
export const Peer = z.strictObject({
  product: z.string(),
  version: z.string(),
  /** What it does in this bench. */
  role: z.string(),
})

/** What the machine allows at most, or costs at least. */
export const PhysicalBound = z.strictObject({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  /** Ours, in the same unit. */
  measured: z.number(),
  /** How it was found. */
  how: z.string(),
})

const base = { bench: z.string(), summary: z.string(), durationMs: count, rounds: count }
const Ran = z.strictObject({
  ...base,
  outcome: z.literal('ran'),
  /** Which of our implementations hashed; null where the bench does not choose one. */
  backend: z.string().nullable(),
  rows: z.array(z.record(z.string(), z.json())),
  /** Quotients, each named `aToB`. */
  ratios: figures,
  /** What goals ask for and no ratio says; the unit ends the name. */
  figures,
  peers: z.array(Peer),
  bounds: z.array(PhysicalBound),
  notes: z.array(z.string()),
})
const Failed = z.strictObject({ ...base, outcome: z.literal('failed'), error: z.string() })
export const BenchResult = z.discriminatedUnion('outcome', [Ran, Failed])

export const Host = z.strictObject({
  cpu: z.string(),
  cores: count,
  smtSiblings: z.boolean().nullable(),
  cpuFlags: z.array(z.string()),
  memoryBytes: count,
  kernel: z.string(),
  node: z.string(),
  loadBefore: z.tuple([z.number(), z.number(), z.number()]),
})

export const Verdict = z.enum(['met', 'not met', 'in part', 'not measured here', 'not on record'])

export const JudgedGoal = z.strictObject({
  id: z.string(),
  of: z.string(),
  words: z.string(),
  direction: z.enum(['at most', 'at least', 'below', 'exactly']),
  bound: z.number(),
  unit: z.string(),
  value: z.number().nullable(),
  verdict: Verdict,
  /** The command, and where the value is not of this run, its commit and day. */
  source: z.string(),
  isOfThisRun: z.boolean(),
  remark: z.string().nullable(),
})

/** `bench/results.json`. Times in ms, dates RFC 3339 in UTC. */
export const Results = z.strictObject({
  schema: z.literal(RESULTS_SCHEMA),
  commit: z.string().nullable(),
  isDirty: z.boolean(),
  startedAt: z.iso.datetime({ precision: 3 }),
  durationMs: count,
  isLong: z.boolean(),
  host: Host,
  benches: z.array(BenchResult),
  goals: z.array(JudgedGoal),
})

export type Peer = z.infer<typeof Peer>
export type PhysicalBound = z.infer<typeof PhysicalBound>
export type BenchResult = z.infer<typeof BenchResult>
export type RanBench = z.infer<typeof Ran>
export type Verdict = z.infer<typeof Verdict>
export type JudgedGoal = z.infer<typeof JudgedGoal>
export type Results = z.infer<typeof Results>

/** What a bench prints, as a part of the results. */
export const PrintedReport = z.looseObject({
  backend: z.string().optional(),
  rows: Ran.shape.rows,
  ratios: figures,
  figures,
  peers: z.array(Peer),
  bounds: z.array(PhysicalBound),
  notes: z.array(z.string()),
})
