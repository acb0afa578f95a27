import type { RegistryWatch } from '@montana/fleet'
import { systemTime, type TimeSource } from '@montana/foundation'
import type { PeerRegistry } from './types.js'

/** The registry of the fleet, as it is in force at each call. */
export function peerRegistryOf(watch: RegistryWatch, time: TimeSource = systemTime): PeerRegistry {
  return {
    keysOf: (host) => watch.current().keysOf(host, time.wallMs()),
    onChange: (listener) => watch.onChange(listener),
  }
}
