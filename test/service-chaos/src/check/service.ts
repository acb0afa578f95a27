import { check } from './check.js'
import type { ServiceHistory } from './history.js'
import { recoveriesOf } from './recovery.js'
import type { RuleName, Violation } from './types.js'

/** What a group must keep after faults: issue 11. */
export const SERVICE_BOUNDS = {
  /** From the end of the last fault to exactly one acting host, and to an answer. */
  leaderMs: 10_000,
} as const

/** A run that did less has shown nothing and is void. */
export const SERVICE_LEAST = {
  requestsPerSecond: 8,
  /** Of the requests; the rest fell to the faults. */
  answeredShare: 0.4,
  /** Of the planned faults; the rest may fall to a slow host. */
  faultShare: 0.6,
  faults: 1,
} as const

export interface ServiceViolation {
  readonly rule: RuleName | 'leader' | 'answer' | 'exit'
  readonly message: string
}

export interface ServiceJudgement {
  /** `VOID`: nothing is wrong, and too little was done to mean anything. */
  readonly verdict: 'PASS' | 'FAIL' | 'VOID'
  readonly violations: readonly ServiceViolation[]
  readonly too_little: readonly string[]
}

/** Judges a history of the service plane by every rule. Pure. */
export function judgeService(history: ServiceHistory, faultsPlanned: number): ServiceJudgement {
  const trace: readonly Violation[] = check(history.trace)
  const violations = [...trace, ...late(history), ...exits(history)]
  const lacks = tooLittle(history, faultsPlanned)
  const verdict = violations.length > 0 ? 'FAIL' : lacks.length > 0 ? 'VOID' : 'PASS'
  return { verdict, violations, too_little: lacks }
}

/** With the faults over, exactly one host acts, and the client is answered. */
function late(history: ServiceHistory): ServiceViolation[] {
  return recoveriesOf(history).flatMap(({ step, kinds, leaderMs, answerMs }) => {
    const after = `step ${step + 1}, ${kinds.join(' with ')}`
    return [
      ...lateBy('leader', leaderMs, `${after}: not exactly one acting host`),
      ...lateBy('answer', answerMs, `${after}: no answer to the client`),
    ]
  })
}

function lateBy(rule: 'leader' | 'answer', ms: number | null, message: string): ServiceViolation[] {
  if (ms !== null && ms <= SERVICE_BOUNDS.leaderMs) return []
  const took = ms === null ? 'while it was waited for' : `before ${(ms / 1_000).toFixed(1)} s`
  return [{ rule, message: `${message} ${took}, bound ${SERVICE_BOUNDS.leaderMs / 1_000} s` }]
}

/** An agent ends by itself only where its disk is full. */
function exits({ deaths, faults }: ServiceHistory): ServiceViolation[] {
  const isFull = (atMs: number) =>
    faults.some(({ kind, startMs, endMs }) => kind === 'enospc' && startMs <= atMs && endMs >= atMs)
  return deaths
    .filter(({ atMs }) => !isFull(atMs))
    .map(({ host }) => ({ rule: 'exit', message: `the agent of ${host} ended by itself` }))
}

function tooLittle({ startMs, endMs, writes, faults }: ServiceHistory, planned: number): string[] {
  const seconds = (endMs - startMs) / 1_000
  const least = Math.ceil(SERVICE_LEAST.requestsPerSecond * seconds)
  const answered = writes.filter(({ isOk }) => isOk).length
  const done = faults.filter(({ failure }) => failure === null).length
  const leastDone = Math.max(SERVICE_LEAST.faults, Math.ceil(SERVICE_LEAST.faultShare * planned))
  const leastAnswered = Math.ceil(SERVICE_LEAST.answeredShare * writes.length)
  return [
    ...(writes.length < least ? [`${writes.length} requests, at least ${least} are wanted`] : []),
    ...(answered < leastAnswered ? [`${answered} requests answered, at least ${leastAnswered} are wanted`] : []),
    ...(done < leastDone ? [`${done} faults done, at least ${leastDone} are wanted`] : []),
  ]
}
