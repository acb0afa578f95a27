import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKeyFile, type SyncOutcome, syncVpn, vpnSettings } from '../src/index.js'
import { entryOf, TestFleet } from './support/fleet.js'
import { createTunnel, type Tunnel, type TunnelHost, whyNoTunnel } from './support/tunnel-host.js'

const PORT = 51_820
const whyNot = whyNoTunnel()

describe.skipIf(whyNot)('two hosts with WireGuard between them', () => {
  let tunnel: Tunnel
  let fleet: TestFleet
  const keys: string[] = []

  const settings = (host: TunnelHost, label: string) =>
    vpnSettings({ label, stateDir: join(fleet.folder, label), interface: host.device, port: PORT, wg: host.wg })
  async function sync(index: 0 | 1): Promise<SyncOutcome> {
    const label = index === 0 ? 'amsterdam' : 'moscow'
    const own = settings(tunnel.hosts[index], label)
    return await syncVpn(own, { feed: await fleet.feed(own.stateDir) }, AbortSignal.timeout(20_000))
  }
  const entry = (index: 0 | 1, over = {}) => {
    const host = tunnel.hosts[index]
    const place = { tunnel_ip: host.tunnelIp, endpoint: `${host.outside}:${PORT}` }
    return entryOf(index === 0 ? 'amsterdam' : 'moscow', { wg_pub: keys[index] ?? '', ...place, ...over })
  }

  beforeAll(async () => {
    tunnel = await createTunnel()
    fleet = await TestFleet.create()
    for (const [index, label] of ['amsterdam', 'moscow'].entries()) {
      const host = tunnel.hosts[index]
      if (host) keys.push(await makeKeyFile(settings(host, label).privateKey))
    }
  })
  afterAll(async () => {
    tunnel?.close()
    await fleet?.close()
  })

  it('reach each other once both are in the roster', async () => {
    await fleet.put([entry(0), entry(1)])
    const [a, b] = tunnel.hosts
    expect(await a.reach(b.inside, 500)).toBeNull()
    expect(await sync(0)).toMatchObject({ isChanged: true, peers: ['moscow'], version: 1 })
    expect(await sync(1)).toMatchObject({ isChanged: true, peers: ['amsterdam'] })
    expect(await a.reach(b.inside)).toBeLessThan(3_000)
  })
})
