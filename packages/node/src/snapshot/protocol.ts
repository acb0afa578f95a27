/** What the serving thread is told. */
export type SnapshotRequest =
  /** These anchors there are; serve them and no others. */
  | { readonly kind: 'anchors'; readonly windows: readonly number[] }
  | { readonly kind: 'ask'; readonly id: number; readonly type: number; readonly payload: Uint8Array }
  | { readonly kind: 'stop' }

/** What it says. */
export type SnapshotReply =
  /** The anchors that can be served now. */
  | { readonly kind: 'ready'; readonly windows: readonly number[] }
  | { readonly kind: 'answer'; readonly id: number; readonly payload: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'refused'; readonly id: number; readonly code: number; readonly text: string }
  /** Something stored is not what it should be: what was asked for is not served, and the window announced no more. */
  | { readonly kind: 'fault'; readonly window: number; readonly detail: string }

export interface SnapshotThreadData {
  readonly dataDir: string
}
