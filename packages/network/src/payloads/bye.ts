import { ByteReader } from '@montana/codec'

/** 0xFF: why a peer leaves. Other values are accepted: spec protocol D.1. */
export const BYE_REASON = { normal: 0, maintenance: 1, listRefresh: 2, resources: 3, violation: 4, version: 5 } as const

export function encodeBye(reason: number): Uint8Array {
  return Uint8Array.of(reason)
}

export function decodeBye(bytes: Uint8Array): number {
  const reader = new ByteReader(bytes)
  const reason = reader.u8()
  reader.end()
  return reason
}
