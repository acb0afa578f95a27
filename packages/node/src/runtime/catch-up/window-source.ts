import { CodecError } from '@montana/codec'
import { decodeHeader, HEADER_BYTES } from '@montana/consensus'
import type { CementingRule } from '@montana/ledger'
import type { PeerRequests } from '../../peer-protocol/requests.js'
import type { Ask } from './plan.js'

/** One cemented window as a peer stores it; a certificate comes with it where the network votes. */
export interface RangeWindow {
  readonly envelope: Uint8Array
  readonly certificate: Uint8Array | undefined
  /** T_r of this window as its header says. */
  readonly timechainValue: Uint8Array
}

export type FetchWindows = (
  ask: Ask,
  signal: AbortSignal,
) => Promise<readonly { readonly value: RangeWindow; readonly bytes: number }[]>

/** Fetches windows with all that proves them: envelopes, and in `vote` networks their certificates (spec protocol 15.1). */
export function windowSource(requests: PeerRequests, cementing: CementingRule): FetchWindows {
  return async ({ peer, from, count }, signal) => {
    const [envelopes, certificates] = await Promise.all([
      requests.envelopes(peer, from, count, signal),
      cementing === 'vote' ? requests.certificates(peer, from, count, signal) : [],
    ])
    const length = cementing === 'vote' ? Math.min(envelopes.length, certificates.length) : envelopes.length
    return envelopes.slice(0, length).map((envelope, index) => rangeWindow(from + index, envelope, certificates[index]))
  }
}

/** Throws {@link CodecError} for an envelope of another window. */
function rangeWindow(window: number, envelope: Uint8Array, certificate: Uint8Array | undefined) {
  const header = decodeHeader(envelope.subarray(0, HEADER_BYTES))
  if (header.window !== window) throw new CodecError('BadValue', { window: header.window, expected: window })
  const value = { envelope, certificate, timechainValue: header.timechainValue.slice() }
  return { value, bytes: envelope.length + (certificate?.length ?? 0) }
}
