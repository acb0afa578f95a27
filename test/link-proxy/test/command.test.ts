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
    [['--to', '127.0.0.1:1', '--kbit-per-s', '0'], "--kbit-per-s is '0'; use a number above 0"],
    [['--to', '127.0.0.1:1', '--forward-corrupt-rate', '2'], "--forward-corrupt-rate is '2'; use a share from 0 to 1"],
    [['--to', '127.0.0.1:1', '--corrupt-at', '1.5'], "--corrupt-at is '1.5'; use whole numbers"],
  ])('refuses %j', (args, message) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' })
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })
})

describe('help', () => {
  it.each(['--help', '-h'])('%s is an answer, not an error', (flag) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, flag], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('usage: ')
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
    ['{"backward": {"corruptAt": [-1]}}', 'backward.corruptAt'],
    ['{"forward": {"bytesPerSecond": 0}}', 'forward.bytesPerSecond is 0; use a number above 0'],
    ['{"forward": {"corruptionRate": 2}}', 'forward.corruptionRate is 2; use a share from 0 to 1'],
    ['{"forward": {"delayMs": null}}', 'forward.delayMs is null'],
    ['{"forward": {"isStalled": 1}}', 'forward.isStalled is 1'],
    ['{"forward": {"toString": 1}}', 'forward.toString is 1'],
  ])('%s is refused', (line, message) => {
    expect(() => parseOrder(line)).toThrow(message)
  })

  it('take the bound of a rate away with null', () => {
    const { forward } = parseOrder('{"forward": {"bytesPerSecond": null, "delayMs": 3}}')
    expect(forward).toEqual({ bytesPerSecond: Number.POSITIVE_INFINITY, delayMs: 3 })
  })
})
