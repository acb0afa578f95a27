/** A time in which a host acted for a policy; times are wall clock of this machine, ms. */
export interface ActingSpan {
  readonly host: string
  readonly policy: string
  /** Decimal; null where the agent named none. */
  readonly epoch: string | null
  readonly fromMs: number
  /** Infinity while it lasts. */
  readonly toMs: number
}

/** What the fenced sink decided about one effect, in its order. */
export interface SinkLine {
  readonly outcome: 'accepted' | 'duplicate' | 'refused' | 'unfenced'
  readonly key: string
  readonly epoch: string
  readonly host: string
  /** Wall clock of this machine. */
  readonly at_ms: number
}

/** A host whose processes were stopped, all of them, and went on at `atMs`. */
export interface Thaw {
  readonly host: string
  readonly atMs: number
}

/** A host whose agent was gone, or stood still, from `atMs` on; no line tells that. */
export interface End {
  readonly host: string
  readonly atMs: number
}

/** Role logs of all hosts, the log of the sink, and what the client was told, of one group from its beginning. */
export interface Trace {
  readonly spans: readonly ActingSpan[]
  readonly effects: readonly SinkLine[]
  /** Keys of the writes that the client was told are done. */
  readonly acknowledged: readonly string[]
  readonly thaws: readonly Thaw[]
  /** Agents that died, or were frozen, or ended. */
  readonly ends: readonly End[]
  /** When the client sent each write, by its key; wall clock, ms. */
  readonly sent: ReadonlyMap<string, number>
}

export const RULES = ['epoch', 'overlap', 'fence', 'claim', 'lost', 'twice'] as const
export type RuleName = (typeof RULES)[number]

/** Something that must not be in a trace. */
export interface Violation {
  readonly rule: RuleName
  readonly message: string
}

export type Rule = (trace: Trace) => Violation[]
