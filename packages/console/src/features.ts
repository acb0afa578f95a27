import type { FeaturesView } from './api/views.js'
import type { ConsoleOptions } from './options.js'

/** What this console was given, and how to give it the rest. Pure. */
export function featuresOf({ token, failover = [], mirrors, soakPath }: ConsoleOptions): FeaturesView {
  return {
    mutations: part(token !== undefined, 'start it with --token-file FILE, which is made where it is not there'),
    failover: part(failover.length > 0, 'name the control socket of an agent with --failover-socket FILE'),
    mirrors: part(mirrors !== undefined, 'name the mirrored repository with --mirror-source DIR'),
    soak: part(soakPath !== undefined, 'start it with --data-dir of a devnet, or --config of a watchdog'),
  }
}

function part(isEnabled: boolean, howTo: string): FeaturesView[keyof FeaturesView] {
  return { isEnabled, howTo: isEnabled ? null : howTo }
}
