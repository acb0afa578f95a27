import type { Peer } from './peer.js'

/** Source of a program that does nothing: what the runtime costs before any of our code. */
export const IDLE_PROGRAM = 'setInterval(() => {}, 1000)'

export function runtimePeer(): Peer {
  return { product: 'Node.js', version: process.versions.node, role: 'an idle process: what the runtime costs' }
}
