import { z } from 'zod'

// What agents answer, as far as it is shown. What a later release adds is passed over; what an earlier one lacks is null.

const TEXT_MAX = 512
const NAMES_MAX = 64
const RECORDS_MAX = 1_000

const text = z.string().max(TEXT_MAX)
const name = z.string().regex(/^[a-z0-9-]{1,32}$/)
const ms = z.number().nonnegative()
const maybe = <T extends z.ZodType>(type: T) => type.nullable().default(null as z.output<T> & null)
const state = z.enum(['standby', 'candidate', 'acting', 'stopping'])
const time = z.iso.datetime()
/** Decimal digits of 64 bits. */
const epoch = z.string().regex(/^\d{1,20}$/)

/** An object by name with a bounded number of entries. */
function byName<T extends z.ZodType>(value: T) {
  return z.record(name, value).refine((found) => Object.keys(found).length <= NAMES_MAX, 'has too many names')
}

const recordSchema = z.object({
  at: time,
  host: name,
  sequence: z.number(),
  policy: name,
  from: state,
  to: state,
  epoch: epoch.nullable(),
  mode: text,
  rule: text,
  reason: text,
  phasesMs: byName(z.number()).default({}),
})

const policySchema = z.object({
  chain: z.array(name).max(NAMES_MAX),
  failback: maybe(text),
  state,
  mode: text,
  standing: text,
  isEligible: z.boolean(),
  reason: text.nullable(),
  leader: z.object({ host: name, mode: text, epoch, epochText: text }).nullable(),
  epoch: maybe(epoch),
  since: time.nullable(),
  leaseRemainingMs: maybe(ms),
  holdDown: z.object({ host: name, remainingMs: ms }).nullable(),
  boundMs: ms,
  lastTransitions: z.array(recordSchema).max(RECORDS_MAX).default([]),
})

const probe = z.boolean().nullable()

const hostSchema = z.object({
  isSelf: z.boolean(),
  isAlive: z.boolean(),
  lastHeardMs: ms.nullable(),
  rttMs: ms.nullable(),
  refusal: text.nullable(),
  isEligible: byName(z.boolean()),
  states: byName(state.nullable()).default({}),
  reason: text.nullable(),
  lagMs: maybe(ms),
  probes: z.object({ icmp: probe, tcp22: probe, tcp443: probe }).nullable(),
})

const cycleSchema = z.object({
  lastInhaleAt: time.nullable(),
  lastExhaleAt: time.nullable(),
  lastError: z.object({ code: text, at: time }).nullable(),
  failedCycles: z.number(),
  unpushedAgeMs: ms,
  conflicts: z.number(),
  lagByHostMs: byName(ms),
})

/** The agent's `/status`: spec three-mirror 3.3. */
export const agentStatusSchema = z.object({
  group: name,
  self: name,
  configDigest: text,
  policies: byName(policySchema),
  hosts: byName(hostSchema),
  witnesses: byName(z.object({ isAnswering: z.boolean(), lastAnswerMs: ms.nullable() })),
  coordinator: text,
  breathing: z.object({ head: text.nullable(), lagMs: ms, cycle: maybe(cycleSchema) }).nullable(),
  pause: z.object({ reason: text, by: text, remainingMs: ms }).nullable(),
  loopGapMs: ms,
})

const sideSchema = z.object({
  host: name,
  epoch,
  mode: text,
  fromMs: z.number(),
  untilMs: z.number().nullable(),
  unfenced: text,
})

/** The agent's `/history`. */
export const agentHistorySchema = z.object({
  history: z.array(recordSchema).max(RECORDS_MAX),
  incidents: z.array(z.object({ policy: name, sides: z.array(sideSchema).length(2), overlapMs: ms })),
})

/** The agent's answer to a command. */
export const agentResultSchema = z.discriminatedUnion('accepted', [
  z.object({ accepted: z.literal(true), text }),
  z.object({ accepted: z.literal(false), rule: text, text }),
])

export type AgentStatus = z.infer<typeof agentStatusSchema>
export type AgentPolicy = z.infer<typeof policySchema>
export type AgentHost = z.infer<typeof hostSchema>
export type AgentHistory = z.infer<typeof agentHistorySchema>
export type AgentRecord = z.infer<typeof recordSchema>
