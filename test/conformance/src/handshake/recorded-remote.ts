import { multiaddrConnectionPair } from '@libp2p/utils'
import type { Role } from './run-role.js'

export interface Recording {
  /** Of the end that listens to it. */
  readonly role: Role
  /** All that the remote ever sends, message by message. */
  readonly received: readonly Uint8Array[]
  /** Whether it ends the connection behind the last message. */
  readonly ends: boolean
}

/** The near end of a connection whose remote speaks in turn with the role, whatever that says. */
export function recordedRemote({ role, received, ends }: Recording) {
  const [near, far] = multiaddrConnectionPair()
  const rest = [...received]
  const speak = () => {
    const next = rest.shift()
    if (next !== undefined && next.length > 0) far.send(next)
    if (ends && rest.length === 0) void far.close().catch(() => {})
  }
  far.addEventListener('message', speak)
  if (role === 'responder') speak()
  return near
}
