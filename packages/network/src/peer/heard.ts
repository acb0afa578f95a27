import type { Connection, MessageStream, StreamMessageEvent } from '@libp2p/interface'

/** What has arrived on one connection since its handshake, as it came from the socket: whole messages or not. */
export interface Heard {
  bytes: number
}

/** Counts what arrives below the connections of js-libp2p, each of which has its timeline from the raw one. */
export class HeardBook {
  readonly #heard = new WeakMap<Connection['timeline'], Heard>()

  /** From now on; `raw` must have its reader already, or that one misses what this one takes. */
  watch(raw: MessageStream): void {
    const heard = this.of(raw)
    raw.addEventListener('message', ({ data }: StreamMessageEvent) => {
      heard.bytes += data.byteLength
    })
  }

  of({ timeline }: Pick<Connection | MessageStream, 'timeline'>): Heard {
    const heard = this.#heard.get(timeline) ?? { bytes: 0 }
    this.#heard.set(timeline, heard)
    return heard
  }
}
