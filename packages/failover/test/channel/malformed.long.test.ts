import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type RandomSource, seededRandom } from '@montana/foundation'
import { expect, it } from 'vitest'
import {
  addressOf,
  credentialsOf,
  frameOf,
  HOSTS,
  heartbeatOf,
  identityOf,
  openChannel,
  rawConnection,
  registryOfHosts,
  strangers,
  withinMs,
} from './support.js'

const FRAMES = Number(process.env.MONTANA_LONG_RUNS ?? 100_000)
const AT_ONCE = 20
/** A source may begin few handshakes in a second. */
const SOURCES = 1_000
const sourceOf = (index: number) => `127.0.${11 + Math.floor(index / 250)}.${1 + (index % 250)}`
/** Between two questions of a well-behaved peer. */
const BEAT_EVERY = 1_000
/** Of the resident memory after a collection, once buffers and code have their usual size. */
const RSS_GROWTH_BYTES_MAX = 64 * 1024 * 1024
const WARM_FRAMES = Math.min(5_000, FRAMES / 2)
const TIMEOUT_MS = 2 * 3_600_000
const CODES = ['FRAME_INVALID', 'FRAME_TOO_LARGE']

const text = (value: unknown) =>
  JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? String(field) : field))

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

type Kind = (random: RandomSource) => Buffer

const under = (random: RandomSource, max: number) => Math.floor(random.next() * max)
const envelope = (body: unknown) => text({ type: 'heartbeat', id: 1, body })

/** Each is malformed whatever the dice say. */
const KINDS: readonly Kind[] = [
  (random) => {
    const whole = envelope(heartbeatOf('amsterdam'))
    return frameOf(whole.slice(0, 1 + under(random, whole.length - 2)))
  },
  (random) => {
    const bytes = Buffer.from(Array.from({ length: 2 + under(random, 400) }, () => under(random, 256)))
    bytes[0] = 0xff
    const header = Buffer.alloc(4)
    header.writeUInt32BE(bytes.length)
    return Buffer.concat([header, bytes])
  },
  (random) => {
    const frame = frameOf(envelope(heartbeatOf('amsterdam')))
    frame[4 + under(random, frame.length - 4)] = 0xc0
    return frame
  },
  (random) => {
    const header = Buffer.alloc(4)
    header.writeUInt32BE(random.next() < 0.5 ? 0 : 1_048_577 + under(random, 2 ** 31))
    return header
  },
  (random) => {
    const { host, group, sequence, bootId, ...rest } = heartbeatOf('amsterdam')
    const required = Object.entries({ host, group, sequence, bootId })
    required.splice(under(random, required.length), 1)
    return frameOf(envelope({ ...rest, ...Object.fromEntries(required) }))
  },
  (random) => {
    const wrong = [null, -1, 1.5, true, [], {}, '', 'x'.repeat(300), 2 ** 60]
    return frameOf(envelope({ ...heartbeatOf('amsterdam'), group: wrong[under(random, 6)], sequence: 'one' }))
  },
  (random) => frameOf('['.repeat(1 + under(random, 100_000))),
  (random) => frameOf(`{"type":"ok","id":${1 + under(random, 1_000_000)},"body":{}}`),
]

it(
  `${FRAMES} malformed frames from a registered host change nothing: each ends its connection, and others are answered`,
  async () => {
    const registry = registryOfHosts(3)
    const moscow = await openChannel({ index: 1, registry, hosts: strangers(0, 2) })
    const served: unknown[] = []
    moscow.onRequest(async (from, type) => {
      served.push([from, type])
      return heartbeatOf('moscow')
    })
    const hosts = { [HOSTS[1] ?? '']: { address: addressOf(1), port: moscow.port } }
    const almaty = await openChannel({ index: 2, registry, hosts })
    const credentials = credentialsOf(identityOf(1), HOSTS[0] ?? '')
    const random = seededRandom(1)
    let beats = 0
    let warmBytes: number | null = null
    for (let sent = 0; sent < FRAMES; sent += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, FRAMES - sent) }, (_, i) => sendOne(sent + i, random)))
      if (sent % BEAT_EVERY !== 0) continue
      collectGarbage()
      if (sent >= WARM_FRAMES) warmBytes ??= process.memoryUsage().rss
      const host = HOSTS[2] ?? ''
      await almaty.request('moscow', 'heartbeat', heartbeatOf(host, ++beats), withinMs(5_000))
    }
    expect(served).toEqual(Array.from({ length: beats }, () => [HOSTS[2], 'heartbeat']))
    collectGarbage()
    expect(process.memoryUsage().rss - (warmBytes ?? 0)).toBeLessThan(RSS_GROWTH_BYTES_MAX)

    async function sendOne(index: number, dice: RandomSource): Promise<void> {
      const localAddress = sourceOf(index % SOURCES)
      const peer = await rawConnection(moscow, 1, { ...credentials, localAddress })
      const kind = KINDS[index % KINDS.length]
      peer.socket.write(kind?.(dice) ?? Buffer.alloc(4))
      await peer.closed
      expect([index % KINDS.length, peer.frames]).toEqual([
        index % KINDS.length,
        [{ type: 'bye', id: 0, body: { code: expect.toBeOneOf(CODES) } }],
      ])
    }
  },
  TIMEOUT_MS,
)
