import { check } from './check.js'
import { actsWhileFull, type DiskViolation, exits } from './disk.js'
import type { ServiceHistory } from './history.js'
import { recoveriesOf } from './recovery.js'
import type { ActingSpan, RuleName, Violation } from './types.js'

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
  /** The acting host changes at least once, and once in each of so many minutes. */
  minutesPerMove: 5,
} as const

export interface ServiceViolation {
  readonly rule: RuleName | DiskViolation['rule'] | 'leader' | 'answer' | 'whole'
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
  const violations = [...trace, ...late(history), ...broken(history), ...exits(history), ...actsWhileFull(history)]
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

/** A step is not over while a host is missing that could serve. */
function broken({ healings, faults }: ServiceHistory): ServiceViolation[] {
  const kindsOf = (step: number) => faults.filter((fault) => fault.step === step).map(({ kind }) => kind)
  return healings
    .filter(({ wholeMs }) => wholeMs === null)
    .map(({ step, atMs, untilMs }) => {
      const waited = `${((untilMs - atMs) / 1_000).toFixed(0)} s`
      return { rule: 'whole', message: `step ${step + 1}, ${kindsOf(step).join(' with ')}: not whole in ${waited}` }
    })
}

function tooLittle({ startMs, endMs, writes, faults, trace }: ServiceHistory, planned: number): string[] {
  const seconds = (endMs - startMs) / 1_000
  const least = Math.ceil(SERVICE_LEAST.requestsPerSecond * seconds)
  const answered = writes.filter(({ isOk }) => isOk).length
  const done = faults.filter(({ failure }) => failure === null).length
  const leastDone = Math.max(SERVICE_LEAST.faults, Math.ceil(SERVICE_LEAST.faultShare * planned))
  const moves = movesIn(trace.spans)
  const leastMoves = Math.max(1, Math.floor(seconds / 60 / SERVICE_LEAST.minutesPerMove))
  const leastAnswered = Math.ceil(SERVICE_LEAST.answeredShare * writes.length)
  return [
    ...(writes.length < least ? [`${writes.length} requests, at least ${least} are wanted`] : []),
    ...(answered < leastAnswered ? [`${answered} requests answered, at least ${leastAnswered} are wanted`] : []),
    ...(moves < leastMoves ? [`${moves} failovers, at least ${leastMoves} are wanted`] : []),
    ...(done < leastDone ? [`${done} faults done, at least ${leastDone} are wanted`] : []),
  ]
}

/** How often another host began to act than the one before. */
function movesIn(spans: readonly ActingSpan[]): number {
  const hosts = spans.filter(({ policy }) => policy === 'serve').sort((a, b) => a.fromMs - b.fromMs)
  return hosts.filter(({ host }, index) => index > 0 && hosts[index - 1]?.host !== host).length
}
