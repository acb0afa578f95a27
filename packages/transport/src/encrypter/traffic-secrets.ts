import type { SessionKeys } from '../handshake/transcript.js'
import type { Direction } from './report.js'

/** The secrets of both directions as this side sees them, 32 bytes each. */
export function trafficSecrets(direction: Direction, { i2r, r2i }: SessionKeys) {
  const [send, receive] = direction === 'outbound' ? [i2r, r2i] : [r2i, i2r]
  return {
    send,
    receive,
    wipe: (): void => {
      send.fill(0)
      receive.fill(0)
    },
  }
}
