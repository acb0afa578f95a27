import { z } from 'zod'

/** docs/findings.json, version 1. Unknown keys are refused, so that nothing stands in it that no sum and no page knows. */
export const SCHEMA = 'montana.findings/1'

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof SEVERITIES)[number]

export const METHODS = [
  'simulator',
  'failover-simulator',
  'schedules',
  'fuzz',
  'chaos',
  'mutation',
  'review',
  'trial',
  'test',
  'not-recorded',
] as const
export type Method = (typeof METHODS)[number]

export const DISPOSITIONS = ['mended', 'accepted', 'open'] as const

/** Methods that search by machine and seed: what they found has a row of its own in the track record. */
export const SEARCHES: readonly Method[] = ['simulator', 'failover-simulator', 'schedules', 'fuzz', 'chaos', 'mutation']

const line = z.string().trim().min(1).max(600)
const count = z.int().min(0)
const date = z.iso.date()
const sum = z.string().regex(/^[0-9a-f]{64}$/)

/** A test that holds the finding: file from the root of the checkout, and words of the case, of its name mostly. */
const testSchema = z.strictObject({ file: z.string().regex(/\.test\.ts$/), name: line })

/** A commit by its abbreviated id, and by its subject, which outlives a rebase. */
const commitSchema = z.strictObject({ id: z.string().regex(/^[0-9a-f]{8}$/), subject: line })

/** How it was found; `input` is a file of the checkout, `seeds` are those of the code of that time. */
const foundSchema = z.strictObject({
  method: z.enum(METHODS),
  how: line,
  seeds: z.array(z.int().min(0)).min(1).optional(),
  input: line.optional(),
})

const simulationSchema = z.strictObject({
  kind: z.literal('simulation'),
  seed: z.int().min(0),
  /** Which invariant notices, 0 is liveness. */
  invariant: z.int().min(0),
})
/** A case of a test that fails over the former code. */
const caseSchema = z.strictObject({ kind: z.literal('test'), ...testSchema.shape })
const noneSchema = z.strictObject({ kind: z.literal('none'), reason: line })

export const refindSchema = z.discriminatedUnion('kind', [simulationSchema, caseSchema, noneSchema])
export type Refind = z.infer<typeof refindSchema>

const hasProof = ({ disposition, tests }: { disposition: { state: string }; tests: readonly unknown[] }) =>
  disposition.state !== 'mended' || tests.length > 0

const entrySchema = z.strictObject({
  id: z.string().regex(/^[A-Z]+-[1-9]\d*$/),
  title: line,
  severity: z.enum(SEVERITIES),
  /** Folder of the package that was wrong; the checkout itself for its lockfile. */
  component: z.string().regex(/^(\.|[a-z0-9/-]+)$/),
  date,
  found: foundSchema,
  disposition: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('mended'), commits: z.array(commitSchema).min(1) }),
    // Said to the reader of a document, in these words.
    z.strictObject({
      state: z.literal('accepted'),
      reason: line,
      document: z.string().regex(/^docs\/.+\.md$/),
      words: line,
    }),
    z.strictObject({ state: z.literal('open'), reason: line }),
  ]),
  /** None where it is accepted or open. */
  tests: z.array(testSchema),
  refind: refindSchema,
  sum,
})
export const findingSchema = entrySchema.refine(hasProof, { error: 'what is mended has a test', path: ['tests'] })
export type Finding = z.infer<typeof findingSchema>

const words = <K extends string>(keys: readonly K[]) => z.record(z.enum(keys), line)

export const registerSchema = z.strictObject({
  schema: z.literal(SCHEMA),
  revised: date,
  severities: words(SEVERITIES),
  methods: words(METHODS),
  /** Commits that tell of a bug and stand in no entry, because no test was matched to it. */
  leftOut: z.strictObject({ reason: line, commits: z.array(commitSchema) }),
  /** Each finding once in each of the three: no overlapping tallies. */
  counts: z.strictObject({
    total: count,
    severity: z.record(z.enum(SEVERITIES), count),
    disposition: z.record(z.enum(DISPOSITIONS), count),
    method: z.record(z.enum(METHODS), count),
  }),
  findings: z.array(findingSchema).min(1),
  sum,
})
export type Counts = Register['counts']
export type Register = z.infer<typeof registerSchema>
