import { fromHex } from '@montana/foundation'
import type { PeerSnapshot } from '@montana/network'
import type { LedgerService } from '../ledger-service.js'

/** What connected peers have said of their heads, to a ledger plane that was not there when they said it. */
export function tellHeads(ledger: Pick<LedgerService, 'noteStatus'>, peers: readonly PeerSnapshot[]): void {
  for (const { peerId, nodeIdHex, connections, status } of peers) {
    if (peerId === '' || connections === 0 || !status) continue
    ledger.noteStatus(peerId, nodeIdHex === undefined ? undefined : fromHex(nodeIdHex, 32), status)
  }
}
