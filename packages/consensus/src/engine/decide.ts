import { bytesEqual } from '@montana/foundation'
import { acceptEnvelope } from '../acceptance.js'
import type { RejectionCode } from '../errors.js'
import { cement } from './cement.js'
import type { PeerName, ProofPolicy } from './events.js'
import { grindNext } from './grind.js'
import type { Run } from './run.js'
import { judge, type Verdict } from './sealed.js'
import type { HeldEnvelope } from './state.js'

/** What may be cemented as head + 1; a certificate comes with it where the network votes. */
export type Cementable = Omit<HeldEnvelope, 'reason' | 'from'> & {
  /** Undefined for the own draft. */
  readonly from: PeerName | undefined
  /** Where it was judged before. */
  readonly verdict?: Verdict
  /** Fetched because this node was behind. */
  readonly isRange?: boolean
}

type Accepted = Extract<Verdict, { ok: true }>

/** Checks 2 to 19 and the policy for its clock value, then commits, holds, or refuses it. */
export function decide(run: Run, cementable: Cementable, { isProven = false } = {}): void {
  const { candidate, from } = cementable
  const verdict = cementable.verdict ?? judge(run, candidate)
  const { header } = candidate.envelope
  const { clockValue } = run.state
  if (!verdict.ok) return refuse(run, cementable, verdict.code)
  if (!clockValue || bytesEqual(clockValue, header.timechainValue)) return adopt(run, cementable, verdict, isProven)
  if (from === undefined) return refuse(run, cementable, 'TimechainMismatch')
  if (!run.state.halted) recompute(run, cementable)
}

/** An own draft that nobody would accept stops the network, because there will be no second one: it must be seen. */
function refuse(run: Run, { candidate, from }: Cementable, found: RejectionCode): void {
  const { window, bytes } = candidate.envelope.header
  const code = firstFault(run, candidate) ?? found
  if (from !== undefined) return run.emit({ type: 'rejected', from, window, code, bytes })
  run.emit({ type: 'finding', code: 'DraftFailed', window, detail: `own draft: ${code}` })
}

/** With the own clock value, which comes before the rest in the order of the checks. */
function firstFault(run: Run, candidate: Cementable['candidate']): RejectionCode | undefined {
  const { chain, clockValue: ownTimechainValue } = run.state
  const verdict = acceptEnvelope({ state: chain, rule: run.config.rule, ownTimechainValue }, candidate)
  return verdict.ok ? undefined : verdict.code
}

/**
 * A value that this node computed, or drafted with, is settled. Any other: `quorum` trusts the quorum; `sample(n)`
 * trusts it while following live and audits afterwards, but samples first when catching up; `full` waits.
 */
function adopt(run: Run, cementable: Cementable, accepted: Accepted, isProven: boolean): void {
  const { verify } = run.config
  const { candidate, certificate, from, isRange } = cementable
  const isKnown = run.state.clockValue !== undefined || from === undefined || isProven
  if (isKnown || verify.kind === 'quorum') return cement(run, accepted, certificate, from)
  if (verify.kind === 'sample' && !isRange) {
    prove(run, accepted, verify, { from, isAudit: true })
    return cement(run, accepted, certificate, from)
  }
  if (run.state.held) return
  run.update({ held: { candidate, certificate, from, reason: 'policy' } })
  prove(run, accepted, verify, { from, isAudit: false })
}

function prove(
  run: Run,
  { proposal }: Accepted,
  policy: ProofPolicy,
  options: { from: PeerName; isAudit: boolean },
): void {
  const { timechainValue: previous, nextD: d } = run.state.chain.context
  const { window, timechainValue: value } = proposal.envelope.header
  run.emit({ type: 'prove', window, previous, d, value, policy, ...options })
}

/** The network and the own clock disagree: compute once more before believing either (spec protocol 3.4). */
function recompute(run: Run, { candidate, certificate, from }: Cementable): void {
  if (run.state.held?.reason === 'disagreement') return
  const held = { candidate, certificate, from: from ?? '', reason: 'disagreement' } as const
  run.update({ held, clockValue: undefined })
  grindNext(run)
}
