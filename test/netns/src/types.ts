import type { ChildProcess, SpawnOptions } from 'node:child_process'
import type { Filter } from './filter.js'

/** Where the machines of a trial stand. A machine is a name; processes are put on it. */
export interface TrialNetwork {
  readonly kind: 'namespaces' | 'loopback'
  /** IPv4 address of a machine. */
  addressOf(machine: string): string
  /** Starts a process on a machine, as the leader of a session of its own. */
  spawn(machine: string, argv: readonly string[], options: SpawnOptions): ChildProcess
  /** No packet passes between the two in the direction given, or in both. Only where `kind` is `namespaces`. */
  cut(from: string, to: string, direction?: 'one-way' | 'both'): void
  /** Loss of every link, percent. */
  setLoss(percent: number): void
  /** What arrives at one machine; what is not named stays as it is. Only where `kind` is `namespaces`. */
  setFilter(machine: string, change: Partial<Filter>): void
  /** Pulls the cable of one machine out of the switch, or plugs it in. Only where `kind` is `namespaces`. */
  setPlug(machine: string, isIn: boolean): void
  heal(): void
  close(): Promise<void>
}
