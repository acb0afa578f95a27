import { afterEach, expect, it } from 'vitest'
import { CAPS, Isolation } from './isolation.js'
import { stopAll } from './mesh-harness.js'
import { closeProxies } from './proxied-mesh.js'

let isolation: Isolation | undefined

afterEach(async () => {
  await stopAll()
  await isolation?.close()
  await closeProxies()
})

it('a peer behind 64 kbit/s and one that never answers fill their queues to the cap and disturb nobody else', async () => {
  isolation = await Isolation.open()
  isolation.harm()
  const { messagesMax, bytesMax } = await isolation.run(8_000)
  expect(messagesMax).toBeLessThanOrEqual(CAPS.messages)
  expect(bytesMax).toBeLessThanOrEqual(CAPS.bytes)
  const [publisher, , reader] = isolation.well
  expect(publisher.counted('montana_outbound_dropped_total', { type: '0x22' })).toBeGreaterThan(0)
  for (const { mesh } of isolation.well) {
    for (const peer of mesh.peers().filter(({ label }) => ['n0', 'n1', 'n2'].includes(label))) {
      expect(peer).toMatchObject({ healthy: true, closed: 0, score: 0, ping: { timeout: 0, failed: 0 } })
      expect(peer.queue.messages).toBeLessThan(CAPS.messages / 2)
    }
  }
  const sent = isolation.sent
  await expect.poll(() => reader.seen.messages.length, { timeout: 5_000 }).toBe(2 * sent)
}, 60_000)
