import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { parseFlags } from '../src/flags.js'
import { parseAddress } from '../src/index.js'
import { parseOrder } from '../src/orders.js'
import { client, closeAll, echo, roundTripMs } from './support/peers.js'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const children: ChildProcess[] = []

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await closeAll()
})

function command(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value ?? 'null') as Record<string, unknown>
  return { child, next, order: (value: unknown) => void child.stdin.write(`${JSON.stringify(value)}\n`) }
}

describe('the command', () => {
  it('proxies, is changed by lines, says what passed, and ends on a signal', async () => {
    const { address } = await echo()
    const { child, next, order } = command('--to', `127.0.0.1:${address.port}`, '--delay-ms', '20', '--seed', '3')
    const { listen, seed } = await next()
    expect(seed).toBe(3)
    const near = await client(parseAddress(String(listen), 'listen'))
    expect(await roundTripMs(near, Buffer.from('hello'))).toBeGreaterThanOrEqual(40)
    order({ forward: { delayMs: 0 }, backward: { delayMs: 0, corruptAt: [5] }, counts: true })
    expect(await next()).toMatchObject({ connections: 1, forward: { bytes: 5 }, backward: { bytes: 5, changed: 0 } })
    await roundTripMs(near, Buffer.from([0]))
    expect(near.received()[5]).toBe(255)
    order({ forward: { delay: 1 } })
    expect(await next()).toMatchObject({ error: { code: 'USAGE', field: 'forward.delay' } })
    order({ cut: true })
    await expect.poll(near.ending).toBe('reset')
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    expect(await next()).toMatchObject({ accepted: 1, connections: 0 })
    expect(await ended).toBe(0)
  })

  it.each([
    [[], '--to is'],
    [['--to', '127.0.0.1:99999'], '--to is'],
    [['--to', '127.0.0.1:1', '--delay-ms', 'soon'], "--delay-ms is 'soon'"],
    [['--to', '127.0.0.1:1', '--backward-kbit-per-s', ''], '--backward-kbit-per-s is'],
    [['--to', '127.0.0.1:1', '--loss'], '--loss'],
  ])('refuses %j', (args, message) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' })
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })
})

describe('flags', () => {
  it('hold for both directions, or for the one that they name', () => {
    const flags = [
      '--to',
      '[::1]:8444',
      '--delay-ms',
      '30',
      '--forward-kbit-per-s',
      '64',
      '--backward-stall',
      '--corrupt-at',
      '1,20',
    ]
    expect(parseFlags([...flags, '--backward-delay-ms', '5', '--corrupt-rate', '0.5', '--jitter-ms', '2'])).toEqual({
      listen: { host: '127.0.0.1', port: 0 },
      to: { host: '::1', port: 8444 },
      forward: { delayMs: 30, bytesPerSecond: 8_000, corruptAt: [1, 20], corruptionRate: 0.5, jitterMs: 2 },
      backward: { delayMs: 5, isStalled: true, corruptAt: [1, 20], corruptionRate: 0.5, jitterMs: 2 },
    })
  })
})

describe('orders', () => {
  it.each([
    ['{', 'not JSON'],
    ['[]', 'not a JSON object'],
    ['{"left": {}}', "'left' is no order"],
    ['{"forward": 3}', 'forward is not'],
    ['{"forward": {"delayMs": "3"}}', 'forward.delayMs is "3"'],
    ['{"forward": {"delayMs": -1}}', 'forward.delayMs is -1'],
    ['{"backward": {"corruptAt": ["x"]}}', 'backward.corruptAt'],
  ])('%s is refused', (line, message) => {
    expect(() => parseOrder(line)).toThrow(message)
  })
})
