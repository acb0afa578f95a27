import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RosterEntry } from '@montana/fleet/roster'
import {
  makeKeyFile,
  type RosterApplied,
  syncVpn,
  type VpnSettings,
  type VpnSyncModules,
  type VpnSyncResult,
  vpnSettings,
} from '../../src/index.js'
import { entryOf, TestFleet } from './fleet.js'
import { createTunnel, type Tunnel, type TunnelHost } from './tunnel-host.js'

export const PORT = 51_820
export const LABELS = ['amsterdam', 'moscow'] as const
export type Side = 0 | 1

export type Synced = RosterApplied & Pick<VpnSyncResult, 'pull'>

/** Two hosts of one fleet, each with its key, its state and a WireGuard interface of its own. */
export class Pair {
  private constructor(
    readonly tunnel: Tunnel,
    readonly fleet: TestFleet,
    /** Public keys in base64. */
    readonly keys: [string, string],
  ) {}

  static async create(tag = ''): Promise<Pair> {
    const tunnel = await createTunnel(tag)
    try {
      const fleet = await TestFleet.create()
      const pair = new Pair(tunnel, fleet, ['', ''])
      for (const side of [0, 1] as const) pair.keys[side] = await makeKeyFile(pair.settings(side).privateKey)
      return pair
    } catch (error) {
      tunnel.close()
      throw error
    }
  }

  host(side: Side): TunnelHost {
    return this.tunnel.hosts[side]
  }

  settings(side: Side, over: Partial<VpnSettings> = {}): VpnSettings {
    const { device, wg } = this.host(side)
    const label = LABELS[side]
    const settings = vpnSettings({ label, interface: device, port: PORT }, join(this.fleet.folder, label))
    return { ...settings, wg, holdMs: 0, ...over }
  }

  async sync(side: Side, over: Partial<VpnSettings> = {}, modules: Partial<VpnSyncModules> = {}): Promise<Synced> {
    const signal = AbortSignal.timeout(30_000)
    const { pull, applied } = await syncVpn(this.settings(side, over), { ...this.fleet.modules, ...modules }, signal)
    return { ...applied, pull }
  }

  async syncBoth(): Promise<void> {
    for (const side of [0, 1] as const) await this.sync(side)
  }

  /** Both hosts are authorised to each other and have shaken hands. */
  async connect(): Promise<void> {
    await this.fleet.put([this.entry(0), this.entry(1)])
    await this.syncBoth()
    if ((await this.reach(0)) === null) throw new Error('the two hosts do not reach each other')
  }

  entry(side: Side, over: Partial<RosterEntry> = {}): RosterEntry {
    const { tunnelIp, outside } = this.host(side)
    const place = { tunnel_ip: tunnelIp, endpoint: `${outside}:${PORT}` }
    return entryOf(LABELS[side], { wg_pub: this.keys[side], ...place, ...over })
  }

  /** From that side to the other one, through the tunnel. */
  async reach(from: Side, timeoutMs = 3_000): Promise<number | null> {
    return await this.host(from).reach(this.host(from === 0 ? 1 : 0).inside, timeoutMs)
  }

  /** Seconds since the epoch, by public key; 0: never. */
  handshakes(side: Side): Record<string, number> {
    const lines = this.host(side).show('latest-handshakes').trim().split('\n').filter(Boolean)
    return Object.fromEntries(lines.map((line) => line.split('\t')).map(([key, time]) => [key, Number(time)]))
  }

  peers(side: Side): string[] {
    return this.host(side).show('peers').trim().split('\n').filter(Boolean)
  }

  /** A folder with a `wg` that is the real one with `script` around it: `wg "$@"` runs it. */
  async wrapWg(side: Side, script: string): Promise<string> {
    const file = join(this.fleet.folder, `wg-${side}-${wrappers++}`)
    const real = `wg() { ${this.host(side).wg.join(' ')} "$@"; }`
    await writeFile(file, `#!/bin/sh\n${real}\n${script}\n`, { mode: 0o755 })
    return file
  }

  async close(): Promise<void> {
    this.tunnel.close()
    await this.fleet.close()
  }
}

let wrappers = 0
