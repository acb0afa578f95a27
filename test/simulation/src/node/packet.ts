import type { OutgoingMessage } from '@montana/consensus'

/** Range requests ask for this many windows at most: spec protocol 15.1. */
export const RANGE_WINDOWS = 64

/** Bytes as they travel; the engine makes most kinds, the edge of a node the others. */
export interface Message {
  readonly kind: OutgoingMessage['kind'] | 'registration' | 'certificate'
  readonly window: number
  readonly payload: Uint8Array
}

/** What one process sends to another. */
export type Packet =
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'evidence'; readonly evidence: EvidencePair }
  | { readonly type: 'status'; readonly head: number }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  /** Without an answer: it has it not. */
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answer | undefined }

/** Two signed statements that exclude each other: spec protocol 14.3. */
export interface EvidencePair {
  readonly kind: 'header' | 'vote' | 'confirmation'
  readonly window: number
  readonly a: Uint8Array
  readonly b: Uint8Array
}

export type Question =
  | { readonly what: 'range'; readonly window: number }
  | { readonly what: 'certificate'; readonly window: number }
  | { readonly what: 'votes'; readonly window: number }
  | { readonly what: 'proof'; readonly window: number }
  | { readonly what: 'draft'; readonly window: number; readonly hash: Uint8Array }
  | { readonly what: 'registration'; readonly window: number; readonly hash: Uint8Array }

export type Answer =
  | { readonly windows: readonly StoredWindow[] }
  | { readonly messages: readonly Message[] }
  | { readonly proof: ClockProof }

export interface StoredWindow {
  readonly window: number
  readonly envelope: Uint8Array
  readonly certificate: Uint8Array | undefined
}

/** Stands for a TimechainProof: whoever checks it repeats the work, in parallel (spec protocol 13.1). */
export interface ClockProof {
  readonly window: number
  readonly d: number
  readonly start: Uint8Array
  readonly end: Uint8Array
}

/** A few words for the trace. */
export function describePacket(packet: Packet): string {
  switch (packet.type) {
    case 'message':
      return `${packet.message.kind} w=${packet.message.window}`
    case 'evidence':
      return `evidence ${packet.evidence.kind} w=${packet.evidence.window}`
    case 'status':
      return `status head=${packet.head}`
    case 'ask':
      return `ask ${packet.question.what} w=${packet.question.window}`
    case 'answer':
      return `answer ${packet.answer ? 'yes' : 'no'}`
  }
}
