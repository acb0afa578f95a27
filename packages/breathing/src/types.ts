import type { Logger, TimeSource } from '@montana/foundation'
import type { BreathStats } from './stats.js'

/** Signs this host's breaths with its identity key: ML-DSA-65. */
export interface BreathSigner {
  /** 1952 bytes. */
  readonly publicKey: Uint8Array
  /** 3309 bytes. */
  sign(message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>
}

/** Who belongs to the group, and whose signature is whose. */
export interface BreathVerifier {
  /** Every host of the group, this one too. */
  hosts(): readonly string[]
  /** Raw ML-DSA-65 keys of a host, 1952 bytes each: two while an identity is being replaced, none for a stranger. */
  keysOf(host: string): readonly Uint8Array[]
  /** A bad signature is `false`, never an exception. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): Promise<boolean>
}

export type BreathRequest = 'poke' | 'breathWant'

/** The way to the other hosts; the sender of a request is known to be who it says. */
export interface BreathPeers {
  /** Hosts that can be asked, reachable or not. */
  names(): readonly string[]
  request(host: string, type: BreathRequest, body: unknown, signal: AbortSignal): Promise<unknown>
  /** Replaces the handler of requests. Its answer is what the other side gets. */
  onRequest(handler: (from: string, type: BreathRequest, body: unknown) => Promise<unknown>): void
}

export interface BreathModules {
  readonly signer: BreathSigner
  readonly verifier: BreathVerifier
  /** Without, the hub is the only way. */
  readonly peers?: BreathPeers
  /** Of the policy that this host acts for, as decimal digits; '0' when it acts for none. */
  readonly epoch?: () => string
  /** Shown in the status; never a condition: a standby breathes like everyone. */
  readonly role?: () => string
  readonly time?: TimeSource
  readonly logger?: Logger
  /** Two failed cycles in a row, a foreign ref, a repository that grows too large. */
  readonly onAlarm?: (alarm: BreathAlarm) => void
  /** After every cycle of `run`. */
  readonly onCycle?: (stats: BreathStats) => void
}

export interface BreathAlarm {
  readonly code: string
  readonly message: string
}
