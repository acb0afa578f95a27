import { sleep } from '@montana/foundation'
import { describe, expect, it, vi } from 'vitest'
import { soloNode } from '../bench/src/node/fixtures.js'
import { hasPython, receiveNotifications } from '../support/notify-receiver.js'
import { canStopThreads, stopThread, threadOf } from '../support/thread-stop.js'
import { startMontana, temporaryFolder } from './support/montana.js'

/** A window that does not end during the test. */
const LONG_D = 4_000_000_000
const KEEPALIVE_MS = 400
const WATCHDOG_USEC = String(3 * KEEPALIVE_MS * 1_000)
/** A keepalive may have been under way, and an interval counts only when the clock stood still in all of it. */
const UNDER_WAY = 2
const STILL_MS = 5 * KEEPALIVE_MS
const STOP_MS = 2_000
const WAIT = { timeout: 20_000, interval: 50 }
/** Of clock-watch.ts: before, a clock without progress is not suspicious. */
const YOUNG_MS = 5_000

describe.skipIf(!hasPython)('a node under a service manager (skipped without python3)', () => {
  it('is ready when it answers, lives while event loop and clock go on, and says when it stops', async () => {
    const { address, lines } = await receiveNotifications()
    const { child, finished, url } = await startSolo(address)
    const beats = () => lines.filter((line) => line === 'WATCHDOG=1').length
    expect(lines[0]).toBe('READY=1')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    await vi.waitFor(() => expect(beats()).toBeGreaterThan(2), WAIT)

    if (canStopThreads) {
      const pid = child.pid ?? 0
      await sleep(YOUNG_MS)
      const clock = threadOf(pid, 'montana-clock') ?? 0
      // The clock stands: the process answers, and is not said to live.
      await expectSilence(clock, beats, async () => expect((await fetch(`${url}/healthz`)).status).toBe(200))
      // The event loop stands, and the clock goes on.
      await expectSilence(pid, beats, async () => {})
    }

    const stopAtMs = performance.now()
    child.kill('SIGTERM')
    expect((await finished).code).toBe(0)
    expect(performance.now() - stopAtMs).toBeLessThan(STOP_MS)
    await vi.waitFor(() => expect(lines.at(-1)).toBe('STOPPING=1'), WAIT)
    expect(lines.filter((line) => line === 'READY=1')).toHaveLength(1)
  }, 90_000)
})

/** Nothing runs beside a full core of clock willingly: it takes what is left over. */
async function startSolo(address: string) {
  const args = await soloNode(temporaryFolder(), LONG_D)
  const env = { NOTIFY_SOCKET: address, WATCHDOG_USEC }
  const running = startMontana(args, env, undefined, false, ['nice', '-n', '5'])
  let output = ''
  running.child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  const url = await vi.waitFor(() => {
    const [, found] = /"statusUrl":"([^"]+)"/.exec(output) ?? []
    expect(found, output).toBeDefined()
    return found as string
  }, WAIT)
  return { ...running, url }
}

async function expectSilence(tid: number, beats: () => number, whileStopped: () => Promise<void>): Promise<void> {
  const release = await stopThread(tid)
  const before = beats()
  await sleep(STILL_MS)
  await whileStopped()
  expect(beats() - before).toBeLessThanOrEqual(UNDER_WAY)
  await release()
  const silent = beats()
  await vi.waitFor(() => expect(beats()).toBeGreaterThan(silent + 1), WAIT)
}
