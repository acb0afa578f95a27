import { bytesEqual, toHex } from '@montana/foundation'
import { memberOf } from '../chain-state.js'
import { SAMPLE_SEGMENTS } from '../constants.js'
import type { Header } from '../objects/header.js'
import { decide } from './decide.js'
import type { EngineEvent } from './events.js'
import type { Run } from './run.js'
import { headOf } from './state.js'

/** The own clock has computed T_r(head + 1). */
export function receiveTick(run: Run, window: number, value: Uint8Array): void {
  if (window !== headOf(run.state) + 1) return
  run.update({ lastTickMs: run.nowMs - run.state.grindStartedMs })
  takeValue(run, value)
}

/** A value that may be signed for: computed here, or every segment of a proof verified (spec protocol 3.4). */
function takeValue(run: Run, value: Uint8Array): void {
  const { held } = run.state
  run.update({ clockValue: value, held: undefined })
  if (!held) return
  if (held.reason === 'disagreement') reportDisagreement(run, held.candidate.envelope.header, value)
  if (!run.state.halted) decide(run, held)
}

function reportDisagreement(run: Run, header: Header, value: Uint8Array): void {
  const agrees = bytesEqual(header.timechainValue, value)
  const code = agrees ? 'LocalClockFault' : 'TimechainDivergence'
  const detail = agrees ? 'the second run agrees with the network' : 'two runs disagree with a quorum'
  run.emit({ type: 'finding', code, window: header.window, detail })
  if (!agrees) run.update({ halted: code })
}

/**
 * A proof was checked. In full it stands for the own computation; a sample lets a held window pass. Where nobody has a
 * proof, sample(n) believes the value with the probability that it would have missed a fault (spec protocol 13.3).
 */
export function receiveProven(run: Run, event: Extract<EngineEvent, { type: 'proven' }>): void {
  const { window, value, policy, verdict } = event
  if (window !== headOf(run.state) + 1 || run.state.clockValue) return
  run.update({ proving: undefined })
  if (verdict === 'invalid') return reportProof(run, window, value)
  if (verdict === 'valid' && policy.kind === 'full') return takeValue(run, value)
  if (policy.kind === 'full') return
  if (verdict === 'unavailable' && run.config.random.next() < policy.segments / SAMPLE_SEGMENTS) return
  const { held } = run.state
  if (held?.reason !== 'policy' || !bytesEqual(held.candidate.envelope.header.timechainValue, value)) return
  run.update({ held: undefined })
  decide(run, held, { isProven: true })
}

function reportProof(run: Run, window: number, value: Uint8Array): void {
  const detail = `a segment of the proof of ${toHex(value).slice(0, 16)} does not hold`
  run.emit({ type: 'finding', code: 'ProofInvalid', window, detail })
}

/** A member that is slower than the others may confirm in time by verifying their proof on all cores (spec 13.1). */
export function proveConfirmed(run: Run, value: Uint8Array): void {
  const { state, config } = run
  const { context } = state.chain
  const window = context.window + 1
  if (state.clockValue || state.proving !== undefined || !memberOf(state.chain, config.selfNodeId, window)) return
  run.update({ proving: toHex(value) })
  const { timechainValue: previous, nextD: d } = context
  const policy = { kind: 'full' } as const
  run.emit({ type: 'prove', window, previous, d, value, policy, from: undefined, isAudit: false })
}
