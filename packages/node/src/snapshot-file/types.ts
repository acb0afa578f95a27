import type { StateTableName } from '@montana/network'

export type RecordCounts = Readonly<Record<StateTableName, number>>

/** How far a command is. */
export interface SnapshotProgress {
  readonly step: 'writing' | 'proving' | 'restoring'
  /** Bytes where the size of the file is known, records otherwise. */
  readonly done: number
  readonly of: number
}
