import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { silentLogger, sleep } from '@montana/foundation'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createNotifier } from '../../src/systemd/notifier.js'

const hasPython = spawnSync('python3', ['--version']).status === 0
const READER = `
import socket, sys
reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
reader.bind('\\0' + sys.argv[1][1:])
print('bound', flush=True)
while True: print(reader.recv(4096).decode().replace(chr(10), ' '), flush=True)
`

let sockets = 0

async function listen(): Promise<{ address: string; lines: string[] }> {
  const address = `@montana-notifier-${process.pid}-${sockets++}`
  const reader: ChildProcess = spawn('python3', ['-c', READER, address], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void reader.kill('SIGKILL'))
  const lines: string[] = []
  createInterface({ input: reader.stdout ?? process.stdin }).on('line', (line) => lines.push(line))
  await vi.waitFor(() => expect(lines.splice(0)).toEqual(['bound']))
  return { address, lines }
}

/** A loop that turns every 20 ms, for so long. */
async function turn(notifier: { beat(): void }, ms: number): Promise<void> {
  for (const endMs = performance.now() + ms; performance.now() < endMs; await sleep(20)) notifier.beat()
}

describe.skipIf(!hasPython)('the service manager (skipped without python3)', () => {
  it('hears of the first turn, and then that the loop turns, twice a second', async () => {
    const { address, lines } = await listen()
    const notifier = createNotifier({ NOTIFY_SOCKET: address, WATCHDOG_USEC: '2000000' }, silentLogger)
    await sleep(100)
    expect(lines).toEqual([])
    await turn(notifier, 1_250)
    notifier.stopping()
    await vi.waitFor(() => expect(lines).toEqual(['READY=1 WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1', 'STOPPING=1']))
  })

  it('hears four times within a shorter WatchdogSec', async () => {
    const { address, lines } = await listen()
    await turn(createNotifier({ NOTIFY_SOCKET: address, WATCHDOG_USEC: '400000' }, silentLogger), 450)
    await vi.waitFor(() => expect(lines.length).toBeGreaterThanOrEqual(4))
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
