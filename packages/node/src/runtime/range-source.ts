import type { CementingRule } from '@montana/ledger'
import type { PeerRequests } from '../peer-protocol/requests.js'
import type { RangeWindow } from './catch-up.js'

/** Fetches windows with all that proves them: envelopes, and in `vote` networks their certificates (spec protocol 15.1). */
export function rangeSource(requests: PeerRequests, cementing: CementingRule) {
  return async (peerId: string, fromWindow: number, signal: AbortSignal): Promise<RangeWindow[]> => {
    const envelopes = await requests.envelopes(peerId, fromWindow, signal)
    if (cementing === 'evidence') return envelopes.map((envelope) => ({ envelope, certificate: undefined }))
    const certificates = await requests.certificates(peerId, fromWindow, envelopes.length, signal)
    return certificates.flatMap((certificate, index) => {
      const envelope = envelopes[index]
      return envelope ? [{ envelope, certificate }] : []
    })
  }
}
