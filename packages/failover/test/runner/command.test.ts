import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '@montana/foundation'
import { describe, expect, it, vi } from 'vitest'
import { isGroupEmpty } from '../../src/process/group-signal.js'
import { AT_ONCE, code, folder, GRACEFUL, shellService, tenure, unbounded } from './support.js'

const WAIT = 'while :; do sleep 0.05; done'
const STUBBORN = `trap "" TERM; sh -c 'trap "" TERM; ${WAIT}' & ${WAIT}`
const UP = { kind: 'command', command: ['test', '-e', 'up'] } as const
/** Looks from the folder of the test: checks run where the agent runs. */
const upIn = (cwd: string) => [{ ...UP, command: ['test', '-e', join(cwd, 'up')] }]

const isEmpty = (group: number | null | undefined) => group === null || group === undefined || isGroupEmpty(group)

describe('a promotion', () => {
  it('is done when the service is healthy, not when it has started', async () => {
    const cwd = folder()
    const { services } = shellService(`sleep 0.3; touch up; ${WAIT}`, { health: upIn(cwd) }, cwd)
    const startMs = performance.now()
    await services.promote(tenure(), unbounded())
    expect(performance.now() - startMs).toBeGreaterThan(280)
    expect(existsSync(join(cwd, 'up'))).toBe(true)
  })

  it('gives the service its environment, and of the agent’s own only what programs need', async () => {
    const cwd = folder()
    process.env.OPENAI_API_KEY = 'secret of the agent'
    const { services } = shellService(`env > got; touch up; ${WAIT}`, { health: upIn(cwd) }, cwd)
    await services.promote({ ...tenure(8), mode: 'SURVIVOR' }, unbounded())
    delete process.env.OPENAI_API_KEY
    const got = readFileSync(join(cwd, 'got'), 'utf8')
    expect(got).toContain(`MONTANA_EPOCH=${tenure(8).epoch}\n`)
    expect(got).toContain(`MONTANA_EPOCH_FILE=${join(cwd, 'epoch')}\n`)
    for (const pair of ['GROUP=montana-5', 'HOST=amsterdam', 'POLICY=serve', 'MODE=SURVIVOR', 'EFFECTS=idempotent'])
      expect(got).toContain(`MONTANA_${pair}\n`)
    expect(got).toContain('MONTANA_REASON=first of the chain\n')
    expect(got).not.toContain('OPENAI_API_KEY')
    expect(got).not.toContain('NOTIFY_SOCKET')
  })

  it('fails in its time, with the last reason, when the service stays unhealthy', async () => {
    const { services } = shellService(WAIT, { health: upIn(folder()), promoteTimeoutMs: 400 })
    const startMs = performance.now()
    await expect(services.promote(tenure(), unbounded())).rejects.toThrow(/not healthy after 400 ms: exit 1/)
    expect(performance.now() - startMs).toBeLessThan(900)
  })

  it('fails at once when the service ends by itself', async () => {
    const { services } = shellService('exit 3', { health: upIn(folder()), promoteTimeoutMs: 5_000 })
    const startMs = performance.now()
    await expect(services.promote(tenure(), unbounded())).rejects.toEqual(code('HOOK_FAILED'))
    expect(performance.now() - startMs).toBeLessThan(1_000)
  })

  it('is cancelled by a demotion: nothing of it is left, and it does not succeed late', async () => {
    const cwd = folder()
    const controller = new AbortController()
    const running = shellService(`${STUBBORN}`, { health: upIn(cwd), promoteTimeoutMs: 5_000 }, cwd)
    const promotion = running.services.promote(tenure(), controller.signal)
    promotion.catch(() => {})
    await vi.waitFor(() => expect(running.groups).toHaveLength(1), 10_000)
    controller.abort()
    await running.services.demote(GRACEFUL)
    await expect(promotion).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(isEmpty(running.groups[0])).toBe(true)
    expect(running.health.at(-1)?.isHealthy).toBeNull()
  })

  it('that was cancelled before its turn starts nothing', async () => {
    const running = shellService(WAIT)
    await expect(running.services.promote(tenure(), AbortSignal.abort())).rejects.toThrow()
    expect(running.groups).toEqual([])
  })
})

describe('a demotion', () => {
  it('asks first: what ends by itself is not killed', async () => {
    const cwd = folder()
    const script = `trap 'touch farewell; exit' TERM; touch up; ${WAIT}`
    const { services } = shellService(script, { health: upIn(cwd) }, cwd)
    await services.promote(tenure(), unbounded())
    await services.demote(GRACEFUL)
    expect(existsSync(join(cwd, 'farewell'))).toBe(true)
  })

  it('asks nothing when there is no time', async () => {
    const cwd = folder()
    const script = `trap 'touch farewell; exit' TERM; touch up; ${WAIT}`
    const { services, groups } = shellService(script, { health: upIn(cwd) }, cwd)
    await services.promote(tenure(), unbounded())
    await services.demote(AT_ONCE)
    expect(isEmpty(groups[0])).toBe(true)
    expect(existsSync(join(cwd, 'farewell'))).toBe(false)
  })

  it('ends the whole group within the budget, whatever it ignores', async () => {
    const { services, groups } = shellService(STUBBORN)
    await services.promote(tenure(), unbounded())
    const startMs = performance.now()
    await services.demote(GRACEFUL)
    expect(performance.now() - startMs).toBeLessThan(600)
    expect(isEmpty(groups[0])).toBe(true)
    expect(groups.at(-1)).toBeNull()
  })

  it('ends what the command left behind when it ended by itself', async () => {
    const { services, groups } = shellService(`sh -c '${WAIT}' & exit 0`)
    await services.promote(tenure(), unbounded())
    await services.demote(AT_ONCE)
    expect(isEmpty(groups[0])).toBe(true)
  })

  it('of what never ran is done, and the next promotion works', async () => {
    const { services, groups } = shellService(WAIT)
    await services.demote(AT_ONCE)
    await services.promote(tenure(1), unbounded())
    await services.demote(AT_ONCE)
    await services.promote(tenure(2), unbounded())
    expect(groups.filter((group) => group !== null)).toHaveLength(2)
  })
})

describe('a running service', () => {
  it('is ended at once by the fence, without a word', async () => {
    const { services, groups } = shellService(STUBBORN)
    await services.promote(tenure(), unbounded())
    services.fence()
    await vi.waitFor(() => expect(isEmpty(groups[0])).toBe(true), { timeout: 500, interval: 5 })
  })

  it('that is gone is unhealthy at the next check, whoever answers in its place', async () => {
    const { services, groups, health } = shellService(WAIT, { healthFailures: 50 })
    await services.promote(tenure(), unbounded())
    process.kill(-(groups[0] ?? 0), 'SIGKILL')
    await vi.waitFor(() => expect(health.at(-1)?.isHealthy).toBe(false), { timeout: 600, interval: 10 })
  })

  it('is restarted in place as often as that is allowed, and then reported', async () => {
    const { services, groups, health } = shellService(WAIT, { localRestarts: 1 })
    await services.promote(tenure(), unbounded())
    process.kill(-(groups[0] ?? 0), 'SIGKILL')
    await vi.waitFor(() => expect(groups.filter((group) => group !== null)).toHaveLength(2), { timeout: 2_000 })
    await sleep(250)
    expect(health.some(({ isHealthy }) => isHealthy === false)).toBe(false)
    process.kill(-(groups.findLast((group) => group !== null) ?? 0), 'SIGKILL')
    await vi.waitFor(() => expect(health.at(-1)?.isHealthy).toBe(false), { timeout: 2_000 })
    expect(groups.filter((group) => group !== null)).toHaveLength(2)
  })
})
