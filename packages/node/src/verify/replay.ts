import { CodecError } from '@montana/codec'
import {
  type AuthenticatedEnvelope,
  acceptEnvelope,
  type ChainState,
  cementValue,
  contextHash,
  decodeEnvelope,
  type Envelope,
  encodeContext,
  type ProposerRule,
  proposalHash,
  sealSettled,
} from '@montana/consensus'
import { bytesEqual, errorMessage } from '@montana/foundation'
import type { WindowHashes } from '@montana/store'
import type { Authenticator } from '../runtime/authenticator.js'
import { signedParts } from './signed-parts.js'

/** What the rules say about one window. */
export interface ReplayedWindow {
  /** S_W. */
  readonly chain: ChainState
  readonly hashes: WindowHashes
  /** CBA(W − 1), first known with W. */
  readonly cba: Uint8Array
}

export interface Replay {
  /** Absent where the replay cannot go on. */
  readonly next: ReplayedWindow | undefined
  readonly faults: readonly Rejection[]
}

export interface Rejection {
  readonly code: string
  readonly message: string
}

interface Remembered {
  readonly before: ChainState
  readonly bytes: Uint8Array
  readonly replay: Replay
}

/**
 * Replays envelopes with the node's own acceptance: every signature, every rule of spec protocol 10.1. The nodes of one
 * network hold the same bytes, so the last result is kept: a pure function need not be computed twice.
 */
export class Replayer {
  readonly #rule: ProposerRule
  readonly #authenticator: Authenticator
  #last: Remembered | undefined

  constructor(rule: ProposerRule, authenticator: Authenticator) {
    this.#rule = rule
    this.#authenticator = authenticator
  }

  /** Takes `envelope` as the window after `before`; faults are values, nothing is thrown for what it says. */
  async replay(before: ChainState, envelope: Envelope): Promise<Replay> {
    const last = this.#last
    const { bytes } = envelope
    if (last?.before === before && bytesEqual(last.bytes, bytes)) return last.replay
    const replay = await this.#replay(before, envelope)
    this.#last = { before, bytes, replay }
    return replay
  }

  async #replay(before: ChainState, envelope: Envelope): Promise<Replay> {
    const candidate = await this.#authenticator.authenticateEnvelope(before, envelope)
    const accepted = this.#accept(before, candidate)
    if (accepted.ok) return { next: seal(accepted.proposal), faults: [] }
    if (accepted.code === 'InvalidSignature') return await this.#beyondSignatures(before, envelope)
    return { next: undefined, faults: [brokenRule(accepted.code)] }
  }

  /**
   * A bad signature of a member changes no state, so it is reported and the replay goes on: later windows are still
   * proven. Those of control objects decide what settles and are taken as they are.
   */
  async #beyondSignatures(before: ChainState, envelope: Envelope): Promise<Replay> {
    const faults: Rejection[] = []
    for (const { name, part } of signedParts(envelope)) {
      if (await this.#authenticator.isAuthentic(before, part)) continue
      faults.push({ code: 'InvalidSignature', message: `the signature of the ${name} is not valid` })
    }
    const control = await this.#authenticator.verifyControl(envelope)
    const accepted = this.#accept(before, withoutSignatures(envelope, control))
    if (accepted.ok) return { next: seal(accepted.proposal), faults }
    return { next: undefined, faults: [...faults, brokenRule(accepted.code)] }
  }

  /** Clock values are recomputed apart, many at once, so none is known here. */
  #accept(state: ChainState, candidate: AuthenticatedEnvelope) {
    return acceptEnvelope({ state, rule: this.#rule, ownTimechainValue: undefined }, candidate)
  }
}

function brokenRule(code: string): Rejection {
  return { code, message: 'the envelope breaks this rule of acceptance' }
}

/** The envelope, or why the bytes are none. */
export function decodeOrFault(bytes: Uint8Array): Envelope | Rejection {
  try {
    return decodeEnvelope(bytes)
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    return { code: 'MalformedEnvelope', message: `the bytes are no envelope: ${errorMessage(error)}` }
  }
}

function withoutSignatures(envelope: Envelope, control: readonly boolean[]): AuthenticatedEnvelope {
  const all = (list: readonly unknown[]) => list.map(() => true)
  const { confirmers, evidence } = envelope
  return { envelope, signatures: { header: true, confirmers: all(confirmers), evidence: all(evidence), control } }
}

function seal({
  envelope,
  settled,
}: {
  envelope: Envelope
  settled: Parameters<typeof sealSettled>[0]
}): ReplayedWindow {
  const { header } = envelope
  const chain = sealSettled(settled, proposalHash(header.scope))
  const { context } = chain
  const hash = contextHash(encodeContext(context))
  return {
    chain,
    hashes: {
      proposalHash: context.proposalHash,
      stateRoot: header.stateRoot,
      timechainValue: header.timechainValue,
      contextHash: hash,
      cementValue: cementValue(context.proposalHash, hash),
    },
    cba: context.aggregatePrev1,
  }
}
