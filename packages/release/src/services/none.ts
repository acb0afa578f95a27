import type { ServiceControl } from './types.js'
import { linkUnits } from './unit-folder.js'

/** For a root that nobody runs yet, such as an image: units are enabled in its files, and nothing is started. */
export function noServices(root: string): ServiceControl {
  const nothing = async () => {}
  return {
    kind: 'none',
    enable: (units) => linkUnits(root, units, true),
    disable: (units) => linkUnits(root, units, false),
    ...{ daemonReload: nothing, start: nothing, stop: nothing, restart: nothing },
    isActive: async () => false,
  }
}
