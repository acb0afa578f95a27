import type { Connection } from '@libp2p/interface'
import { type MetricsRegistry, noMetrics } from '@montana/foundation'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { createNetworkMetrics } from '../src/metrics.js'
import { dial, type Member, manifestOf, members, QUICK, rawPeer, start, stopAll, testNode } from './mesh-harness.js'

afterEach(stopAll)

const CLOSED = 'montana_connections_closed_total'

/** What a scraper is told about a counter. */
function helpOf(wanted: string): string {
  const helps = new Map<string, string>()
  const registry: MetricsRegistry = {
    ...noMetrics,
    counter: ({ name, help }) => {
      helps.set(name, help)
      return { inc: () => {} }
    },
  }
  createNetworkMetrics(registry)
  return helps.get(wanted) ?? ''
}

it('connections that end are counted by the causes that the help names, and by no other', async () => {
  const list = (await members(2)) as [Member, Member]
  const limits = { ...QUICK, redial: { ...QUICK.redial, firstSpreadMs: 3_600_000 } }
  const node = await start(await testNode(list[0], manifestOf(list), { limits }))
  const peer = await rawPeer(list[1])
  onTestFinished(async () => void (await peer.stop()))
  const ends: Array<(connection: Connection) => unknown> = [
    (connection) => connection.close(),
    (connection) => connection.abort(new Error('as the test wants it')),
    () => node.mesh.cut([list[1].peerId]),
  ]
  for (const [index, end] of ends.entries()) {
    const connection = await dial(peer, list[0])
    await expect.poll(() => node.mesh.peers()[0]?.connections).toBe(1)
    await end(connection)
    await expect.poll(() => node.counted(CLOSED, { peer: 'n1' })).toBe(index + 1)
  }
  const causes = ['aborted', 'reset', 'closed']
  const counts = causes.map((cause) => node.counted(CLOSED, { cause }))
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(ends.length)
  for (const cause of causes) expect(helpOf(CLOSED)).toContain(cause)
})
