import { UsageError } from '@montana/foundation'
import { type VpnInit, type VpnSettings, vpnSettings } from '@montana/vpn'
import type { Command } from 'commander'
import type { GlobalOptions } from '../../context.js'

export interface VpnFlags extends GlobalOptions {
  operators?: string
  state?: string
  source?: string[]
  label?: string
  interface?: string
  port?: string
  privateKey?: string
}

/** What every verb needs that knows the interface. Flags stand above the configuration file. */
export function addVpnFlags(command: Command): Command {
  return command
    .option('--state <DIR>', 'folder of the state of the fleet')
    .option('--label <LABEL>', 'this host, as the roster names it')
    .option('--interface <NAME>', 'the WireGuard interface')
    .option('--port <N>', 'its UDP port')
    .option('--private-key <FILE>', 'its private key (mode 0600)')
}

export function settingsOf(flags: VpnFlags): VpnSettings {
  const init: VpnInit = {
    label: required(flags.label, 'label'),
    stateDir: required(flags.state, 'state'),
    ...(flags.interface !== undefined && { interface: flags.interface }),
    ...(flags.port !== undefined && { port: portOf(flags.port) }),
    ...(flags.privateKey !== undefined && { privateKey: flags.privateKey }),
  }
  return vpnSettings(init)
}

export function required(value: string | undefined, field: string): string {
  if (value !== undefined) return value
  throw new UsageError(`--${field} is missing`, { field, remedy: `give --${field}, or --config fleet.yaml` })
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new UsageError(`--port '${text}' is not a port`, { field: 'port' })
}
