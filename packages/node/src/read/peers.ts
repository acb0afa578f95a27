import { peerStatus, strangerStatus } from '../status/assemble.js'
import type { ReadModules } from './modules.js'

/** `/api/peers`: objects of spec operations 2. */
export function peers({ mesh, record }: ReadModules): unknown {
  const now = mesh()
  return {
    peers: (now?.peers() ?? []).map((peer) => peerStatus(peer, record)),
    strangers: (now?.strangers() ?? []).map(strangerStatus),
  }
}
