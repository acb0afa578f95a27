import type { Change } from '@montana/link-proxy'

/** What the agent of a machine is told when it starts, as JSON in its first argument. */
export interface AgentInit {
  /** Data directory of the node, whose run file tells where it answers. */
  readonly dataDir: string
  readonly pollEveryMs: number
  /** Links that end at the node of this machine, by the label of who comes through them. */
  readonly links: readonly { readonly from: string; readonly host: string; readonly port: number }[]
  readonly node: { readonly host: string; readonly port: number }
  readonly seed: number
}

/** A line on its standard input. */
export interface AgentOrder {
  readonly from: string
  readonly change?: Change
  readonly isCut?: boolean
}

/** A window as a node reported it. */
export interface Reported {
  readonly window: number
  readonly hash: string
  readonly root: string
}

/** One answer of a node to a read of its status; times of CLOCK_MONOTONIC, ms, which all processes of a host share. */
export interface StatusRead {
  readonly startMs: number
  readonly endMs: number
  readonly instance: string
  readonly window: number
  readonly hash: string
  readonly root: string
  /** Answered /readyz with 200: it has peers and is not behind. */
  readonly isReady: boolean
  /** What it says of windows that it has not told before, ascending. */
  readonly recent: readonly Reported[]
  readonly degraded: readonly string[]
  /** Wall clock of the node against that of the host, ms; as exact as the read was short. */
  readonly wallOffsetMs: number
}

/** A line on its standard output. */
export type AgentLine =
  | { readonly type: 'listening' }
  | { readonly type: 'read'; readonly read: StatusRead }
  | { readonly type: 'failed'; readonly startMs: number; readonly endMs: number; readonly code: string }
