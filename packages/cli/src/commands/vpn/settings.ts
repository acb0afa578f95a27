import { dirname } from 'node:path'
import { type FleetConfig, readTrustRoot, type TrustRoot } from '@montana/fleet'
import { ConfigError, UsageError } from '@montana/foundation'
import { type VpnSettings, vpnSettings } from '@montana/vpn'
import type { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { type FleetFlags, fleetSettings } from '../manifest/fleet-settings.js'

export interface VpnFlags extends FleetFlags {
  label?: string
  interface?: string
  port?: string
  privateKey?: string
}

export interface VpnConfiguration {
  readonly settings: VpnSettings
  readonly fleet: FleetConfig
}

/** Flags > configuration file (part `vpn` of fleet.yaml). */
export function addVpnFlags(command: Command): Command {
  return command
    .option('--operators <FILE>', 'the trust root (default: of the configuration)')
    .option('--state <DIR>', 'where roster.json and what belongs to it lie (default: of the configuration)')
    .option('--label <LABEL>', 'this host, as the roster names it')
    .option('--interface <NAME>', 'the WireGuard interface')
    .option('--port <N>', 'its UDP port')
    .option('--private-key <FILE>', 'its private key (mode 0600)')
}

export async function vpnConfiguration(context: CliContext, flags: VpnFlags): Promise<VpnConfiguration> {
  const fleet = await fleetSettings(context, flags)
  const file = flags.config ?? context.environment.MONTANA_CONFIG
  const folder = file === undefined ? '.' : dirname(file)
  const config = { ...partOf(fleet.vpn), ...givenBy(flags) }
  return { settings: vpnSettings(config, fleet.state, folder), fleet }
}

/** Throws ConfigError (78) where the operators are those of another network than the configuration names. */
export async function readTrust({ operators, network }: FleetConfig): Promise<TrustRoot> {
  const trust = await readTrustRoot(operators)
  if (network === undefined || network === trust.network) return trust
  throw new ConfigError(`network '${network}' is not that of ${operators}, '${trust.network}'`, {
    field: 'network',
    remedy: 'install the operators.json of this network',
  })
}

function partOf(vpn: unknown): Record<string, unknown> {
  if (vpn === undefined || vpn === null) return {}
  if (typeof vpn === 'object' && !Array.isArray(vpn)) return { ...vpn }
  throw new ConfigError('vpn is no set of keys', {
    code: 'VPN_CONFIG',
    field: 'vpn',
    remedy: 'write vpn: with keys below',
  })
}

function givenBy({ label, interface: name, port, privateKey, source }: VpnFlags): Record<string, unknown> {
  return {
    ...(label !== undefined && { label }),
    ...(name !== undefined && { interface: name }),
    ...(port !== undefined && { port: portOf(port) }),
    ...(privateKey !== undefined && { privateKey }),
    ...(source !== undefined && { sources: source }),
  }
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new UsageError(`--port '${text}' is not a port`, { field: 'port' })
}
