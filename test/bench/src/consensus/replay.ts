import {
  type AuthenticatedEnvelope,
  type CementCertificate,
  type ChainState,
  decodeCertificate,
  decodeEnvelope,
  type Effect,
  type EngineEvent,
  type Envelope,
  type VerifyPolicy,
  type WindowCommit,
} from '@montana/consensus'
import { Engine } from './engines.js'
import { preverified } from './messages.js'
import type { Network } from './network.js'
import type { RecordedWindow } from './recorder.js'

/** What happens to a window besides the engine; every part left out costs nothing. */
export interface ReplayParts {
  /** Default: `quorum`. */
  readonly verify?: VerifyPolicy
  /** Throws for a signature that does not hold. */
  checkSignatures?(chain: ChainState, envelope: Envelope, certificate: CementCertificate): Promise<void>
  commit?(commit: WindowCommit): void
  /** Throws for a proof that does not hold. */
  checkProof?(effect: ProveEffect): Promise<void>
}

export type ProveEffect = Extract<Effect, { type: 'prove' }>

export interface Recording {
  readonly network: Network
  /** S_0. */
  readonly chain: ChainState
  readonly history: readonly RecordedWindow[]
}

/** An observer: no member, so it signs nothing and only cements. */
const OBSERVER = new Uint8Array(32).fill(0xee)
const FROM = 'source'
const NOW_MS = 0

/** From stored bytes to cemented windows, as a node does that catches up. Resolves to the milliseconds it took. */
export async function replay(recording: Recording, parts: ReplayParts): Promise<number> {
  const { network, chain, history } = recording
  const engine = new Engine({ network, chain, selfNodeId: OBSERVER, verify: parts.verify ?? { kind: 'quorum' } })
  const begin = performance.now()
  for (const { window, envelope, certificate } of history) {
    await replayWindow(engine, parts, decodeEnvelope(envelope), decodeCertificate(certificate))
    if (engine.head !== window) throw new Error(`window ${window} was not cemented`)
  }
  return performance.now() - begin
}

async function replayWindow(
  engine: Engine,
  parts: ReplayParts,
  envelope: Envelope,
  certificate: CementCertificate,
): Promise<void> {
  if (parts.checkSignatures) await parts.checkSignatures(engine.chain, envelope, certificate)
  const candidate: AuthenticatedEnvelope = preverified(envelope)
  const events: EngineEvent[] = [
    { type: 'envelope', from: FROM, candidate, origin: 'range', nowMs: NOW_MS },
    { type: 'certificate', from: FROM, certificate, nowMs: NOW_MS },
  ]
  for (const event of events) {
    for (const effect of engine.step(event).effects) if (isWork(effect)) await carryOut(engine, parts, effect)
  }
}

type WorkEffect = Extract<Effect, { type: 'commit' | 'prove' }>

function isWork(effect: Effect): effect is WorkEffect {
  return effect.type === 'commit' || effect.type === 'prove'
}

async function carryOut(engine: Engine, parts: ReplayParts, effect: WorkEffect): Promise<void> {
  if (effect.type === 'commit') return parts.commit?.(effect.commit)
  await parts.checkProof?.(effect)
  const { window, value, policy } = effect
  const { effects } = engine.step({ type: 'proven', window, value, policy, verdict: 'valid', nowMs: NOW_MS })
  for (const next of effects) if (next.type === 'commit') parts.commit?.(next.commit)
}
