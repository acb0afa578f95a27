import type { FeaturesView } from './api/views.js'
import type { ConsoleOptions } from './options.js'

/** What this console was given, and how to give it the rest. Pure. */
export function featuresOf({ token, failover = [], mirrors, soakPath }: ConsoleOptions): FeaturesView {
  return {
    mutations: part(
      token !== undefined,
      'start montana console with --token-file FILE, which is made where it is not there',
    ),
    failover: part(
      failover.length > 0,
      'start montana console with --failover-socket FILE, the control socket of an agent (docs/failover.md)',
    ),
    mirrors: part(
      mirrors !== undefined,
      'start montana console with --mirror-source DIR, the repository that is mirrored (docs/mirror.md)',
    ),
    soak: part(soakPath !== undefined, 'start montana console with --data-dir of a devnet, or --config of a watchdog'),
  }
}

function part(isEnabled: boolean, howTo: string): FeaturesView[keyof FeaturesView] {
  return { isEnabled, howTo: isEnabled ? null : howTo }
}
