import { z } from 'zod'
import { text } from './shapes.js'

// What the failover routes answer: spec three-mirror 3.3. Labels only; a socket's path and an address stay inside.

const { strictObject } = z
/** Of a duration or an age; null where it is not known. */
const ms = z.number().nonnegative().nullable()
const stateSchema = z.enum(['standby', 'candidate', 'acting', 'stopping'])

/** An agent that this console asks. */
export const failoverAgentSchema = strictObject({
  label: text,
  /** Both null until it has answered once. */
  group: text.nullable(),
  self: text.nullable(),
  /** Null while it answers. */
  error: strictObject({ code: text, message: text, remedy: text }).nullable(),
  /** Longest time between two turns of its decision loop. */
  loopGapMs: ms,
})

/** A place in the chain of a policy. */
export const placeSchema = strictObject({
  host: text,
  isAlive: z.boolean(),
  isEligible: z.boolean(),
  state: stateSchema.nullable(),
  /** Why it is not eligible. */
  reason: text.nullable(),
  heardMs: ms,
  /** Its own agent answers this console, so that it can be told to step down. */
  isHere: z.boolean(),
})

/** Whom agents take for the leader. */
export const leaderSchema = strictObject({
  host: text,
  epoch: text,
  epochText: text,
  mode: text,
  /** Hosts whose agents say so. */
  seenBy: z.array(text),
})

/** An agent that says of its own host that it acts. */
export const claimSchema = strictObject({
  host: text,
  /** `stopping`: its service may still run. */
  state: stateSchema,
  epoch: text,
  epochText: text,
  mode: text,
  standing: text,
  since: text.nullable(),
  leaseRemainingMs: ms,
})

export const failoverChainSchema = strictObject({
  policy: text,
  /** `auto`: the first host that is fit gets the role back. */
  failback: text.nullable(),
  places: z.array(placeSchema),
  /** Highest epoch first. None: nobody leads. Two: agents disagree, or two act. */
  leaders: z.array(leaderSchema),
  /** Highest epoch first. Two: two hosts act at once, unless a handover is just taking place. */
  claims: z.array(claimSchema),
  since: text.nullable(),
  /** Told by the agent of the leader, where this console asks it. */
  leaseRemainingMs: ms,
  standing: text.nullable(),
  /** Upper bound of an unplanned change. */
  boundMs: z.number(),
  holdDown: strictObject({ host: text, remainingMs: z.number() }).nullable(),
})

const diagnosisSchema = strictObject({
  icmp: z.boolean().nullable(),
  tcp22: z.boolean().nullable(),
  tcp443: z.boolean().nullable(),
})

/** What one host hears of another. */
export const probeSchema = strictObject({
  host: text,
  isSelf: z.boolean(),
  isAlive: z.boolean(),
  heardMs: ms,
  rttMs: ms,
  /** Code of the refusal of its last connection. */
  refusal: text.nullable(),
  /** What else answers on a host whose agent is silent. */
  diagnosis: diagnosisSchema.nullable(),
})

/** A row of the matrix: what the host of an agent hears. */
export const observerSchema = strictObject({
  host: text,
  hosts: z.array(probeSchema),
  witnesses: z.array(strictObject({ name: text, isAnswering: z.boolean(), ageMs: ms })),
})

export const failoverBreathSchema = strictObject({
  host: text,
  /** `unknown`: its agent does not answer this console; `off`: no breathing is attached to it. */
  state: z.enum(['breathing', 'off', 'unknown']),
  /** How far behind the others it may be. */
  lagMs: ms,
  head: text.nullable(),
  lastInhaleAt: text.nullable(),
  lastExhaleAt: text.nullable(),
  lastError: strictObject({ code: text, at: text }).nullable(),
  failedCycles: z.number().nullable(),
  unpushedAgeMs: ms,
  conflicts: z.number().nullable(),
  /** The host that lacks its oldest write for the longest. */
  slowest: strictObject({ host: text, lagMs: z.number() }).nullable(),
})

/** What an operator should know or do about a group now. */
export const failoverFindingSchema = strictObject({
  code: text,
  /** `alarm`: the service is down, or may be doing things twice. */
  level: z.enum(['alarm', 'warning']),
  policy: text.nullable(),
  text,
  remedy: text,
})

export const failoverGroupSchema = strictObject({
  group: text,
  coordinator: text,
  /** Hosts whose agents answered. */
  seenBy: z.array(text),
  /** The agents that answered have the same configuration. */
  hasOneConfig: z.boolean(),
  chains: z.array(failoverChainSchema),
  observers: z.array(observerSchema),
  breathing: z.array(failoverBreathSchema),
  pause: strictObject({ reason: text, by: text, remainingMs: z.number() }).nullable(),
  /** Worst first; none: one leader each, and reserves. */
  findings: z.array(failoverFindingSchema),
})

/** An order that was given through this console. */
export const failoverOrderSchema = strictObject({
  id: text,
  at: text,
  by: text,
  kind: z.enum(['promote', 'step-down', 'pause', 'resume']),
  group: text,
  policy: text.nullable(),
  host: text.nullable(),
  reason: text,
  /** `unknown`: the console ended before the answer came. */
  outcome: z.enum(['accepted', 'refused', 'failed', 'unknown']),
  /** What the agent said. */
  text: text.nullable(),
})

/** `/api/failover` */
export const failoverViewSchema = strictObject({
  at: text,
  agents: z.array(failoverAgentSchema),
  groups: z.array(failoverGroupSchema),
  /** Newest first. */
  orders: z.array(failoverOrderSchema),
})

/** A change of role. */
export const failoverChangeSchema = strictObject({
  id: text,
  at: text,
  host: text,
  policy: text,
  from: stateSchema,
  to: stateSchema,
  epoch: text.nullable(),
  epochText: text.nullable(),
  mode: text,
  rule: text,
  reason: text,
  /** How long each phase of the change took. */
  phasesMs: z.record(text, z.number()),
})

/** Two hosts acted for one policy at one time: spec three-mirror 3.3 and 8. */
export const failoverIncidentSchema = strictObject({
  policy: text,
  overlapMs: z.number(),
  sides: z.array(
    strictObject({ host: text, epoch: text, mode: text, from: text, to: text.nullable(), unfenced: text }),
  ),
})

/** Changes that are kept for an answer. */
export const HISTORY_MAX = 500
const HISTORY_DEFAULT = 100

export const failoverHistoryQuery = strictObject({
  group: z.string().regex(/^[a-z0-9-]{1,32}$/),
  limit: z.coerce
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(HISTORY_MAX))
    .default(HISTORY_DEFAULT)
    .describe('changes, the newest'),
})

/** `/api/failover/history` */
export const failoverHistorySchema = strictObject({
  group: text,
  at: text,
  /** Newest first. */
  changes: z.array(failoverChangeSchema),
  incidents: z.array(failoverIncidentSchema),
})

/** What an order came to at once; whether a promotion comes about shows in the state. */
export const failoverAcceptedSchema = strictObject({ accepted: z.literal(true), text })
