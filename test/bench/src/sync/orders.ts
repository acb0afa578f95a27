import type { Label } from '@montana/synthetic'

/** What both kinds of process need to know of their network. */
export interface NetworkFiles {
  /** `genesis.json` and the discovery manifest, as text. */
  readonly genesis: string
  readonly manifest: string
  /** Of the generator; the identities follow from it. */
  readonly seed: string
}

export type Order =
  | (NetworkFiles & {
      readonly do: 'serve'
      readonly label: Label
      readonly listen: string
      readonly dataDir: string
      readonly window: number
      /** One record in fifty is wrong, the first one among them. */
      readonly lies?: boolean
    })
  | (NetworkFiles & { readonly do: 'join'; readonly listen: string; readonly dataDir: string })
  /** Processor time so far, seconds. */
  | { readonly do: 'cpu' }

/** What a joiner measured of itself; times in seconds of the wall clock unless they say otherwise. */
export interface JoinResult {
  readonly window: number
  readonly seconds: number
  /** From the first request for a chunk to the last staged one. */
  readonly tableSeconds: number
  /** Of the installation with its checks. */
  readonly installSeconds: number
  readonly peakRssBytes: number
  readonly bytes: number
  readonly wastedBytes: number
  readonly proofs: number
  readonly records: number
  /** Processor time, user and system. */
  readonly cpuSeconds: number
  /** Longest time the main thread did not listen, ms. */
  readonly loopDelayMaxMs: number
  readonly loopDelayP99Ms: number
  /** Chunks by peer. */
  readonly chunksByPeer: readonly number[]
  readonly findings: readonly string[]
  /** PeerIds whose chunks contradicted the trusted header, and how many chunks came from each in all. */
  readonly refuted: readonly { readonly peer: string; readonly chunks: number }[]
}

export interface Answers {
  readonly serve: { readonly ready: boolean }
  readonly join: JoinResult
  readonly cpu: number
}

export type FromProcess = { readonly answer: unknown } | { readonly error: string } | { readonly progress: string }
