import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { montana, temporaryFolder, until } from './support/montana.js'
import { MemberProcess, makeNetwork } from './support/network.js'

const LABELS = ['moscow', 'frankfurt', 'helsinki']
const NEWCOMER = 'newcomer'
/** Of spec operations 13.1; an export every minute is the better part of it, and here there is one a second. */
const SHOWN_WITHIN_MS = 30_000

interface Data {
  nodes: { label: string; status: string; balance_nj: string | null; account_table: number | null }[]
  discovered_peers: { peer_id: string; status: string; witnessed_by: string[]; last_heartbeat_seconds_ago: number }[]
  network_summary: { agree: boolean | null; active_nodes: number; total_supply_nj: string | null }
}

describe('montana explorer export', () => {
  it('shows who joins from outside the manifest, and soon that it is gone', async () => {
    const dir = temporaryFolder()
    const files = await makeNetwork(dir, LABELS, [NEWCOMER])
    const manifest = JSON.parse(files.manifest)
    manifest.peers = manifest.peers.filter(({ label }: { label: string }) => label !== NEWCOMER)
    writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest))
    const start = (label: string) => {
      const member = files.members.find((one) => one.label === label)
      if (!member) throw new Error(`no ${label}`)
      return new MemberProcess(files, member, ['--open-mesh'])
    }
    const nodes = LABELS.map(start)
    await Promise.all(nodes.map((node) => node.reaches(2, 60_000)))
    const out = join(dir, 'data.json')
    const show = async () => {
      const { code, stderr } = await montana(['explorer', 'export', '--data-dir', dir, '--out', out])
      expect([code, stderr]).toEqual([0, ''])
      return JSON.parse(readFileSync(out, 'utf8')) as Data
    }
    const before = await show()
    expect(before.discovered_peers).toEqual([])
    expect(before.network_summary).toMatchObject({ active_nodes: 3, agree: true })
    expect(before.network_summary.total_supply_nj).toMatch(/^\d+$/)
    const moscow = before.nodes.find(({ label }) => label === 'moscow')
    expect([moscow?.balance_nj, moscow?.account_table]).toEqual([expect.stringMatching(/^\d+$/), expect.any(Number)])

    const newcomer = start(NEWCOMER)
    const { peerId } = newcomer.member.identity
    const peer = async () => (await show()).discovered_peers.find(({ peer_id }) => peer_id === peerId)
    await until(async () => (await peer())?.status === 'active', SHOWN_WITHIN_MS, 'the newcomer is shown')
    newcomer.signal('SIGKILL')
    await newcomer.finished
    await until(async () => (await peer())?.status === 'stale', SHOWN_WITHIN_MS, 'it is shown as gone')
    expect(await peer()).toMatchObject({ witnessed_by: [], label: null })
    expect(readFileSync(out, 'utf8')).not.toMatch(/127\.0\.0\.1|\/tcp\//)
  }, 180_000)
})
