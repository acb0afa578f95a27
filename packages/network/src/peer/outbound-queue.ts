import type { Protocol } from '../wire/protocols.js'

export interface OutboundMessage {
  readonly protocol: Protocol
  readonly type: number
  readonly requestId: bigint
  /** The whole envelope of a base message, the payload of an extension message; shared between the peers of a broadcast. */
  readonly bytes: Uint8Array
  /** The window that a consensus message belongs to. */
  readonly window: bigint | undefined
}

export interface QueueLimits {
  readonly messages: number
  readonly bytes: number
}

/**
 * What waits for one peer. Full: messages of closed windows go first, then the oldest. Spec transport 16.3. Where bytes
 * are short, the oldest of the large ones: hundreds of votes would not make room for one draft.
 */
export class OutboundQueue {
  readonly #limits: QueueLimits
  #messages: OutboundMessage[] = []
  #bytes = 0

  constructor(limits: QueueLimits) {
    this.#limits = limits
  }

  get length(): number {
    return this.#messages.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Appends; returns what had to go. `closedWindow` is asked for only when something has to. */
  push(message: OutboundMessage, closedWindow: () => bigint): OutboundMessage[] {
    this.#messages.push(message)
    this.#bytes += message.bytes.length
    if (this.#fits()) return []
    const dropped = this.#dropWhere((candidate) => isClosed(candidate, closedWindow()))
    if (this.#bytes > this.#limits.bytes) dropped.push(...this.#dropWhere((candidate) => this.#isLarge(candidate)))
    while (!this.#fits() && this.#messages.length > 0) dropped.push(...this.#dropWhere(() => true, 1))
    return dropped
  }

  /** The types that wait, that of the oldest message first. */
  types(): Set<number> {
    return new Set(this.#messages.map(({ type }) => type))
  }

  /** Takes the oldest message of `type`. */
  shift(type: number): OutboundMessage | undefined {
    return this.#dropWhere((message) => message.type === type, 1)[0]
  }

  /** Empties the queue and returns what waited. */
  clear(): OutboundMessage[] {
    return this.#dropWhere(() => true, this.#messages.length)
  }

  /** Larger than an even share of the queue. */
  #isLarge({ bytes }: OutboundMessage): boolean {
    return bytes.length * this.#limits.messages > this.#limits.bytes
  }

  #fits(): boolean {
    return this.#messages.length <= this.#limits.messages && this.#bytes <= this.#limits.bytes
  }

  /** Removes from the front, at most `count`; without a count only until the rest fits. */
  #dropWhere(matches: (message: OutboundMessage) => boolean, count = Number.POSITIVE_INFINITY): OutboundMessage[] {
    const dropped: OutboundMessage[] = []
    const kept: OutboundMessage[] = []
    for (const message of this.#messages) {
      const isDone = dropped.length >= count || (count === Number.POSITIVE_INFINITY && this.#fitsWithout(dropped))
      if (!isDone && matches(message)) dropped.push(message)
      else kept.push(message)
    }
    this.#messages = kept
    this.#bytes -= sizeOf(dropped)
    return dropped
  }

  #fitsWithout(dropped: readonly OutboundMessage[]): boolean {
    const messages = this.#messages.length - dropped.length
    return messages <= this.#limits.messages && this.#bytes - sizeOf(dropped) <= this.#limits.bytes
  }
}

function isClosed(message: OutboundMessage, closedWindow: bigint): boolean {
  return message.window !== undefined && message.window <= closedWindow
}

function sizeOf(messages: readonly OutboundMessage[]): number {
  return messages.reduce((sum, message) => sum + message.bytes.length, 0)
}
