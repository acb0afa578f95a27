import type { OutgoingMessage } from '@montana/consensus'

/** Range requests ask for this many windows at most: spec protocol 15.1. */
export const RANGE_WINDOWS = 64

/** What one process sends to another: consensus messages as the engine made them, and the little that catch-up needs. */
export type Packet =
  | { readonly type: 'message'; readonly message: OutgoingMessage }
  | { readonly type: 'status'; readonly head: number }
  | { readonly type: 'ask'; readonly id: number; readonly fromWindow: number }
  | { readonly type: 'answer'; readonly id: number; readonly windows: readonly StoredWindow[] }

export interface StoredWindow {
  readonly window: number
  readonly envelope: Uint8Array
  readonly certificate: Uint8Array | undefined
}

/** One word and a window for the trace. */
export function describePacket(packet: Packet): string {
  switch (packet.type) {
    case 'message':
      return `${packet.message.kind} w=${packet.message.window}`
    case 'status':
      return `status head=${packet.head}`
    case 'ask':
      return `ask from=${packet.fromWindow}`
    case 'answer':
      return `answer windows=${packet.windows.length}`
  }
}
