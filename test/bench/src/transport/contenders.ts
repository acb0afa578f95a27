export type StackName = 'stock' | 'pq' | 'hybrid'
export type BackendName = 'node' | 'noble'

/** Contenders in the order of the report. The outer and only handshake of stock knows no backend of ours. */
export const CONTENDERS: ReadonlyArray<{ readonly stack: StackName; readonly backend: BackendName }> = [
  { stack: 'stock', backend: 'node' },
  { stack: 'pq', backend: 'node' },
  { stack: 'pq', backend: 'noble' },
  { stack: 'hybrid', backend: 'node' },
  { stack: 'hybrid', backend: 'noble' },
]
