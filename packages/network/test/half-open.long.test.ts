import { LIMITS } from '@montana/transport'
import { afterEach, expect, it } from 'vitest'
import { type Member, manifestOf, members, start, stopAll, testNode } from './mesh-harness.js'
import { behind, closeProxies, dialledOnly, proxyFor } from './proxied-mesh.js'

afterEach(async () => {
  await stopAll()
  await closeProxies()
})

const UNHEALTHY_MS = 20_000
const CLOSED_MS = 35_000

it('a black hole shows within 20 s, ends the connection within 35 s, and the mesh is whole soon after it ends', async () => {
  const [a, b] = (await members(2)) as [Member, Member]
  const proxy = await proxyFor(b, { forward: { delayMs: 30, jitterMs: 10 }, backward: { delayMs: 30, jitterMs: 10 } })
  const manifest = manifestOf([a, behind(proxy, b)])
  await start(await testNode(b, manifest, { limits: dialledOnly(LIMITS) }))
  const { mesh } = await start(await testNode(a, manifest, { limits: LIMITS }))
  const seen = () => mesh.peers()[0]
  await expect.poll(() => seen()?.ping.ok, { timeout: 20_000 }).toBeGreaterThanOrEqual(2)
  expect(seen()?.rttP50Ms).toBeGreaterThanOrEqual(60)
  const stalled = { isStalled: true }
  const startedMs = performance.now()
  proxy.change({ forward: stalled, backward: stalled })
  await expect.poll(() => seen()?.healthy, { timeout: UNHEALTHY_MS }).toBe(false)
  expect(seen()?.connections).toBe(1)
  await expect.poll(() => seen()?.connections, { timeout: CLOSED_MS - (performance.now() - startedMs) }).toBe(0)
  await expect.poll(() => seen()?.dialErrors, { timeout: 30_000 }).toBeGreaterThanOrEqual(1)
  proxy.change({ forward: { isStalled: false }, backward: { isStalled: false } })
  // One dial that hangs (10 s) and the longest back-off after two failures (4 s).
  await expect.poll(() => seen()?.healthy, { timeout: 20_000 }).toBe(true)
}, 180_000)
