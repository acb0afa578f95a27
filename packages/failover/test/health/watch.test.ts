import { sleep } from '@montana/foundation'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type CheckedService, HealthWatch } from '../../src/health/watch.js'
import type { ServiceHealth } from '../../src/index.js'
import { json, serve } from './support.js'

function watch(changes: Partial<CheckedService>): { watch: HealthWatch; seen: ServiceHealth[] } {
  const service: CheckedService = {
    health: [],
    ready: [],
    healthIntervalMs: 60,
    healthTimeoutMs: 100,
    healthFailures: 3,
    progressTimeoutMs: 300,
    ...changes,
  }
  const found = new HealthWatch(service)
  onTestFinished(() => found.close())
  const seen: ServiceHealth[] = []
  found.onChange((health) => seen.push(health))
  return { watch: found, seen }
}

describe('a service that runs', () => {
  it('is unhealthy after so many failures in a row, and healthy at the first success', async () => {
    let answers = [200, 500, 500, 200, 500, 500, 500, 200, 200]
    const { url } = await serve((response) => {
      const [status = 200, ...rest] = answers
      answers = rest
      response.writeHead(status).end()
    })
    const { watch: health, seen } = watch({ health: [{ kind: 'http', url }] })
    health.watch('running')
    await vi.waitFor(() => expect(answers).toEqual([]), { timeout: 3_000 })
    await sleep(100)
    expect(seen.map(({ isHealthy }) => isHealthy)).toEqual([null, true, false, true])
  })

  it('needs every check to hold', async () => {
    const { url, port } = await serve((response) => void response.writeHead(500).end())
    const tcp = { kind: 'tcp', host: '127.0.0.1', port } as const
    const { watch: health } = watch({ health: [tcp, { kind: 'http', url }] })
    expect(await health.check(new AbortController().signal)).toBe('HTTP 500')
  })

  it('is asked everything at once', async () => {
    const slow = { kind: 'command', command: ['sleep', '0.5'] } as const
    const { watch: health } = watch({ health: [slow, slow, slow, slow], healthTimeoutMs: 5_000 })
    const startMs = performance.now()
    expect(await health.check(new AbortController().signal)).toBeNull()
    expect(performance.now() - startMs).toBeLessThan(1_500)
  })

  it('is unhealthy when its counter stands still, whatever it answers', async () => {
    let handled = 0
    let isMoving = true
    const { url } = await serve((response) => {
      if (isMoving) handled += 1
      json({ handled })(response)
    })
    const { watch: health, seen } = watch({
      health: [{ kind: 'http', url, progressField: 'handled' }],
      healthFailures: 1,
    })
    health.watch('running')
    await sleep(500)
    expect(seen.at(-1)?.isHealthy).toBe(true)
    isMoving = false
    await vi.waitFor(() => expect(seen.at(-1)?.isHealthy).toBe(false), { timeout: 1_500 })
  })
})

describe('a standby', () => {
  it('is ready while its check holds', async () => {
    let status = 503
    const { url } = await serve((response) => void response.writeHead(status).end())
    const { seen } = watch({ ready: [{ kind: 'http', url }] })
    expect(seen[0]).toEqual({ isHealthy: null, isReady: false, lagMs: 0 })
    status = 200
    await vi.waitFor(() => expect(seen.at(-1)).toEqual({ isHealthy: null, isReady: true, lagMs: 0 }), 10_000)
  })

  it('without a check is ready', () => {
    expect(watch({}).seen).toEqual([{ isHealthy: null, isReady: true, lagMs: 0 }])
  })

  it('forgets what the running service was like', async () => {
    const { watch: health, seen } = watch({ health: [{ kind: 'command', command: ['false'] }], healthFailures: 1 })
    health.watch('running')
    await vi.waitFor(() => expect(seen.at(-1)?.isHealthy).toBe(false), 10_000)
    health.watch('standby')
    await sleep(150)
    expect(seen.at(-1)?.isHealthy).toBeNull()
  })
})
