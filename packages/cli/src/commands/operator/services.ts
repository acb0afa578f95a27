import { createServices, SERVICE_KINDS, type ServiceControl, type ServiceKind } from '@montana/release'
import { type Command, Option } from 'commander'

/** Which host a command is about, and who starts its units. */
export interface HostFlags {
  root?: string
  services?: ServiceKind
}

export function addHostFlags(command: Command): Command {
  return command
    .option('--root <DIR>', 'treat DIR as the root of the host (default: /)')
    .addOption(
      new Option(
        '--services <KIND>',
        'who starts the units: systemd, process (their own command line) or none (default: systemd where it runs)',
      ).choices(SERVICE_KINDS),
    )
}

export function servicesOf({ root = '/', services }: HostFlags): ServiceControl {
  return createServices(root, services)
}
