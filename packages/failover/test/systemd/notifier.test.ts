import { silentLogger, sleep } from '@montana/foundation'
import { describe, expect, it, vi } from 'vitest'
import { hasPython, receiveNotifications } from '../../../../test/support/notify-receiver.js'
import { createNotifier } from '../../src/systemd/notifier.js'

/** A loop that turns every 20 ms, for so long. */
async function turn(notifier: { beat(): void }, ms: number): Promise<void> {
  for (const endMs = performance.now() + ms; performance.now() < endMs; await sleep(20)) notifier.beat()
}

describe.skipIf(!hasPython)('the service manager (skipped without python3)', () => {
  it('hears of the first turn, and then that the loop turns, twice a second', async () => {
    const { address, lines } = await receiveNotifications()
    const notifier = createNotifier({ NOTIFY_SOCKET: address, WATCHDOG_USEC: '2000000' }, silentLogger)
    await sleep(100)
    expect(lines).toEqual([])
    await turn(notifier, 1_250)
    notifier.stopping()
    await vi.waitFor(
      () => expect(lines).toEqual(['READY=1 WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1', 'STOPPING=1']),
      10_000,
    )
  })

  it('hears four times within a shorter WatchdogSec', async () => {
    const { address, lines } = await receiveNotifications()
    await turn(createNotifier({ NOTIFY_SOCKET: address, WATCHDOG_USEC: '400000' }, silentLogger), 450)
    await vi.waitFor(() => expect(lines.length).toBeGreaterThanOrEqual(4), 10_000)
  })
})

it('a manager that is not there is logged once, and asked again', async () => {
  const error = vi.fn()
  const environment = { NOTIFY_SOCKET: '@montana-nobody-listens', WATCHDOG_USEC: '40000' }
  await turn(createNotifier(environment, { ...silentLogger, error }), 100)
  expect(error).toHaveBeenCalledOnce()
  expect(error.mock.calls[0]?.[0]).toMatchObject({ code: 'NOTIFY_FAILED' })
})

it('without a manager nothing is sent', () => {
  const notifier = createNotifier({}, silentLogger)
  notifier.beat()
  notifier.stopping()
})
