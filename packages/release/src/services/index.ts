import { existsSync } from 'node:fs'
import { noServices } from './none.js'
import { processServices } from './process.js'
import { systemdServices } from './systemd.js'
import type { ServiceControl, ServiceKind } from './types.js'

export { SERVICE_KINDS, type ServiceControl, type ServiceKind } from './types.js'
export { readUnit } from './unit-folder.js'

/** The services of the system at `root`; where the kind is not said, as {@link servicesHere} finds. */
export function createServices(root: string, kind: ServiceKind = servicesHere(root)): ServiceControl {
  const makers = { systemd: systemdServices, process: processServices, none: noServices }
  return makers[kind](root)
}

/** systemd where it runs and the root is its own; otherwise nothing is started. */
export function servicesHere(root: string): ServiceKind {
  return root === '/' && existsSync('/run/systemd/system') ? 'systemd' : 'none'
}
