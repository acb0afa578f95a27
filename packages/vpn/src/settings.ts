import { join } from 'node:path'
import { DEFAULT_INTERFACE, DEFAULT_PORT, MAX_HOLD_MS } from './constants.js'

/** What the job is told; paths are absolute. */
export interface VpnInit {
  /** Of this host in the roster. */
  readonly label: string
  /** Folder of the fleet's state. */
  readonly stateDir: string
  readonly interface?: string
  readonly port?: number
  readonly privateKey?: string
  /** The program `wg`, and what stands before its arguments. */
  readonly wg?: readonly string[]
  /** How long a change by validity is waited for; 0: not at all. */
  readonly holdMs?: number
}

export interface VpnSettings extends Required<VpnInit> {
  readonly workDir: string
  readonly statePath: string
}

/** With the defaults filled in. */
export function vpnSettings(init: VpnInit): VpnSettings {
  const { stateDir } = init
  return {
    ...init,
    interface: init.interface ?? DEFAULT_INTERFACE,
    port: init.port ?? DEFAULT_PORT,
    privateKey: init.privateKey ?? join(stateDir, 'vpn', 'private.key'),
    wg: init.wg ?? ['wg'],
    holdMs: init.holdMs ?? MAX_HOLD_MS,
    workDir: join(stateDir, 'vpn', 'work'),
    statePath: join(stateDir, 'vpn.json'),
  }
}
