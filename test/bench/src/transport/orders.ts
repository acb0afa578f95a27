import type { BackendName, StackName } from './contenders.js'

/** What the bench asks of one of its peers; each is a process of its own. */
export type Order =
  | { readonly do: 'start'; readonly stack: StackName; readonly backend: BackendName }
  /** Dial, open a stream, send a byte, and wait for it to come back: ms. */
  | { readonly do: 'firstByte'; readonly address: string }
  /** So many handshakes one after another: processor time of each, ms. */
  | { readonly do: 'handshakes'; readonly address: string; readonly count: number }
  /** Processor time of the handshakes that others began, ms. */
  | { readonly do: 'inboundCpu' }
  /** One stream, until the other side has all of it: ms. */
  | { readonly do: 'push'; readonly address: string; readonly bytes: number }
  /** Opens connections and keeps them. */
  | { readonly do: 'hold'; readonly address: string; readonly count: number }
  /** Resident memory after a collection, bytes. */
  | { readonly do: 'rss' }

export interface Answers {
  readonly start: { readonly address: string }
  readonly firstByte: number
  readonly handshakes: readonly number[]
  readonly inboundCpu: readonly number[]
  readonly push: number
  readonly hold: number
  readonly rss: number
}
