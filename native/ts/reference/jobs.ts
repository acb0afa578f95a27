/** What the worker is asked to do; plain data. */
export type WorkerJob =
  | { kind: 'clock'; seed: Uint8Array; steps: number; segments: number; reportMs: number }
  | { kind: 'verify'; segments: readonly VerifyItem[] }

export interface VerifyItem {
  index: number
  start: Uint8Array
  end: Uint8Array
  steps: number
}

/** `[kind, value, bytes]`, as in `JobCallback`. */
export type WorkerEvent = readonly [kind: string, value: number, bytes?: Uint8Array]
