import type { Logger, MetricsRegistry } from '@montana/foundation'
import type { AnswerBody } from '../channel/messages/messages.js'
import type { NodeChannel } from '../channel/types.js'
import type { GroupConfig } from '../config/types.js'
import type { Clock } from '../core/api.js'
import type { LeaseObservation, Mode, Pause, PostBody, ServiceHealth, Standing, Transition } from '../core/types.js'
import type { Epoch } from '../epoch.js'
import type { HistoryRecord } from '../history/record.js'
import type { SignedPost, Witness } from '../witness/types.js'

/** What the agent is handed: everything that touches the host, each part real in the agent and replaceable in a test. */
export interface AgentModules {
  readonly clock: () => Clock
  readonly channel: NodeChannel
  readonly witnesses: readonly Witness[]
  /** One per policy: all services bound to it, moved together. */
  readonly services: Readonly<Record<string, PolicyServices>>
  readonly epochs: EpochFiles
  readonly history: HistoryLog
  /** One per policy with the coordinator `etcd`; empty for `chain`. */
  readonly leases: Readonly<Record<string, LeasePort>>
  readonly signPost: (body: PostBody) => SignedPost
  readonly pauses: PauseFile
  /**
   * The loop turned: feeds the keeper, systemd's watchdog, and the fence of the second thread, which kills at
   * `actUntilMs`, the end of standing or lease; null while nothing acts.
   */
  beat(turn: { readonly actUntilMs: Readonly<Record<string, number | null>> }): void
  readonly breath?: BreathPort
  readonly diagnose?: (host: string, signal: AbortSignal) => Promise<Diagnosis>
  readonly logger: Logger
  readonly metrics: MetricsRegistry
}

export interface Tenure {
  readonly policy: string
  readonly epoch: Epoch
  readonly mode: Mode
  /** At the start of the tenure; a minority may do outward what a survivor may. */
  readonly standing: Standing
  readonly reason: string
}

/** Starts and stops what is bound to one policy. Calls of one policy never overlap; a demotion cancels a promotion. */
export interface PolicyServices {
  /** Resolves when every service is healthy; rejects when one is not in its time. */
  promote(tenure: Tenure, signal: AbortSignal): Promise<void>
  /** Resolves when nothing of the services runs any more. */
  demote(init: { readonly budgetMs: number; readonly isGraceful: boolean; readonly reason: string }): Promise<void>
  prepare(signal: AbortSignal): Promise<void>
  quiesce(signal: AbortSignal): Promise<void>
  /** Kills at once, without waiting. */
  fence(): void
  /** Calls back with the state of all services together, at once and on every change. */
  onHealth(listener: (health: ServiceHealth) => void): () => void
  close(): Promise<void>
}

export interface EpochFiles {
  /** Durable when it resolves. Rejects for an epoch below the stored one. */
  persist(policy: string, epoch: Epoch): Promise<void>
}

export interface HistoryLog {
  /** Highest sequence that is known of each host. */
  heads(): Record<string, number>
  /** What somebody with these heads lacks, oldest first. */
  page(heads: Readonly<Record<string, number>>, limit: number): AnswerBody<'history'>
  learn(records: AnswerBody<'history'>['records']): void
  append(transition: Transition): void
  /** Newest last. */
  latest(policy: string | null, count: number): readonly HistoryRecord[]
}

export interface LeasePort {
  acquire(floor: Epoch): void
  renew(): void
  release(): void
  transfer(target: string): void
  onObservation(listener: (lease: LeaseObservation) => void): () => void
  close(): Promise<void>
}

export interface PauseFile {
  load(): Pause | null
  save(pause: Pause | null): Promise<void>
}

/** The breathing of this host, which may run in another process, or not at all. Spec three-mirror 12. */
export interface BreathPort {
  /** Null while it does not run. */
  state(): BreathState | null
  /** A request of another host, handed on. */
  request(from: string, type: 'poke' | 'breathWant', body: unknown, signal: AbortSignal): Promise<unknown>
  /** A heartbeat shows another head than before: its poke may have been lost. */
  noteHead(host: string, head: string): void
  close(): void
}

export interface BreathState {
  /** Null before the first commit. */
  readonly head: string | null
  /** How far behind the others this host's state may be, milliseconds. */
  readonly lagMs: number
  /** For people; null where the breathing is of an older release. */
  readonly cycle: BreathCycle | null
}

/** How breathing goes, of `getStats`: spec three-mirror 12.1 and 12.5. */
export interface BreathCycle {
  /** RFC 3339; of the last success. */
  readonly lastInhaleAt: string | null
  readonly lastExhaleAt: string | null
  readonly lastError: { readonly code: string; readonly message: string; readonly at: string } | null
  /** Cycles in a row that failed until now. */
  readonly failedCycles: number
  /** How long the oldest unpublished state has been waiting; 0 when all is published. */
  readonly unpushedAgeMs: number
  /** Fields that two hosts wrote without knowing of each other, since it started. */
  readonly conflicts: number
  /** Per other host, the age of the oldest own write that it has not confirmed; 0: it has all. */
  readonly lagByHostMs: Readonly<Record<string, number>>
}

/** What else answers on a host whose agent is silent; never makes it alive. Spec three-mirror 5.6. */
export interface Diagnosis {
  readonly icmp: boolean | null
  readonly tcp22: boolean | null
  readonly tcp443: boolean | null
}

export interface AgentOptions {
  readonly config: GroupConfig
  readonly self: string
}
