/** What the worker is asked to do; plain data. */
export type WorkerJob =
  | { kind: 'clock'; seed: Uint8Array; steps: number; segments: number; reportMs: number }
  | { kind: 'advance'; chains: readonly ChainItem[] }

export interface ChainItem {
  index: number
  start: Uint8Array
  steps: number
}

/** `[kind, value, bytes]`, as in `JobCallback`. */
export type WorkerEvent = readonly [kind: string, value: number, bytes?: Uint8Array]
