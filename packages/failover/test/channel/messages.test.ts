import { describe, expect, it } from 'vitest'
import { decodeAnswer, decodeRequest, encodeAnswer, encodeRequest } from '../../src/channel/messages/codec.js'
import type { RequestType } from '../../src/index.js'
import { code, heartbeatOf } from './support.js'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'
const DIGEST = 'cd'.repeat(32)
const self = { host: 'moscow', address: `mt${'a'.repeat(40)}` }
const pause = { reason: 'work', by: 'root', remainingMs: 5 }
const transition = {
  policy: 'serve',
  from: 'standby',
  to: 'acting',
  epoch: 9n,
  mode: 'CHAIN',
  rule: 'D6',
  reason: 'first of the chain',
  heard: { moscow: null, spb: 3 },
  phasesMs: { detect: 4000 },
}

/** One good body per type, as `request` takes it; some types twice. */
const REQUESTS: readonly (readonly [RequestType, unknown])[] = [
  ['heartbeat', heartbeatOf('amsterdam')],
  [
    'heartbeat',
    heartbeatOf('amsterdam', 0, { breath: null, pause: null, policies: {}, seen: {}, highest: {}, noted: {} }),
  ],
  ['probe', { host: 'spb', forwardedFor: null }],
  ['handover', { type: 'handover', policy: 'serve', epoch: 2n ** 64n - 1n, reason: 'failback' }],
  ['accept', { type: 'accept', policy: 'serve', epoch: 0n }],
  ['refuse', { type: 'refuse', policy: 'serve', epoch: 1n, reason: 'not ready' }],
  ['grant', { type: 'grant', grant: { policy: 'serve', from: 'spb', target: 'moscow', counter: 9, validMs: 5000 } }],
  ['done', { type: 'done', policy: 'serve', epoch: 7n }],
  ['command', { epoch: 7n, operator: 'root', command: { kind: 'pause', pause } }],
  [
    'command',
    {
      epoch: null,
      operator: 'root',
      command: { kind: 'promote', policy: 'serve', host: 'spb', reason: 'x', isForced: true },
    },
  ],
  ['poke', { head: COMMIT }],
  ['breathWant', { have: COMMIT, offset: 0 }],
  ['history', { after: { moscow: 12 }, limit: 256 }],
]

const ANSWERS: readonly (readonly [RequestType, unknown])[] = [
  ['probe', { host: 'spb', ageMs: 12, heartbeat: heartbeatOf('spb') }],
  ['probe', { host: 'spb', ageMs: null, heartbeat: null }],
  ['breathWant', { head: COMMIT, total: 3, digest: DIGEST, data: 'AQID' }],
  ['breathWant', { head: null, total: 0, digest: DIGEST, data: '' }],
  ['poke', { holds: COMMIT }],
  [
    'history',
    {
      records: [{ host: 'spb', bootId: 'b1', sequence: 3, at: '2026-05-01T12:00:00.000Z', transition }],
      hasMore: false,
    },
  ],
]

const wire = (value: unknown) => JSON.parse(JSON.stringify(value))
const refused = (type: RequestType, body: unknown) =>
  expect(() => decodeRequest(type, body)).toThrow(code('FRAME_INVALID'))

describe('requests and answers', () => {
  it.each(REQUESTS)('%s goes there unchanged %#', (type, body) => {
    expect(decodeRequest(type, wire(encodeRequest(type, body)))).toEqual(body)
  })

  it.each(REQUESTS)('%s is refused with a field too many or too few %#', (type, body) => {
    const encoded = wire(encodeRequest(type, body))
    refused(type, { ...encoded, extra: 1 })
    for (const key of Object.keys(encoded)) {
      const { [key]: _, ...rest } = encoded
      refused(type, rest)
      refused(type, { ...encoded, [key]: 'x'.repeat(600) })
    }
    for (const other of [null, 1, 'x', [], undefined]) refused(type, other)
  })

  it.each(ANSWERS)('the answer to %s comes back unchanged %#', (type, answer) => {
    expect(decodeAnswer(type, {}, wire(encodeAnswer(type, {}, answer, self)), self)).toEqual(answer)
  })

  it('a heartbeat is answered with the own state under name, address and sequence', () => {
    const [request, state] = [heartbeatOf('amsterdam', 7), heartbeatOf('moscow', 99)]
    const ack = wire(encodeAnswer('heartbeat', request, state, self))
    expect(ack).toMatchObject({ node: 'moscow', address: self.address, sequence: 7 })
    expect(ack.state.highest).toEqual({ serve: '525307' })
    expect(decodeAnswer('heartbeat', request, ack, self)).toEqual(state)
    for (const wrong of [
      { sequence: 8 },
      { node: 'spb' },
      { address: `mt${'b'.repeat(40)}` },
      { state: { ...ack.state, host: 'spb' } },
    ]) {
      expect(() => decodeAnswer('heartbeat', request, { ...ack, ...wrong }, self)).toThrow(code('FRAME_INVALID'))
    }
  })

  it('what is only taken in is answered with nothing', () => {
    expect(decodeAnswer('done', {}, encodeAnswer('done', {}, 'whatever', self), self)).toBeNull()
  })
})

describe('limits', () => {
  const many = (count: number, value: unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`h${i}`, value]))
  const heartbeat = (over: object) => ({ ...wire(encodeRequest('heartbeat', heartbeatOf('amsterdam'))), ...over })

  it('64 hosts, 32 policies', () => {
    expect(decodeRequest('heartbeat', heartbeat({ seen: many(64, 1), noted: many(32, 1) }))).toBeDefined()
    refused('heartbeat', heartbeat({ seen: many(65, 1) }))
    refused('heartbeat', heartbeat({ noted: many(33, 1) }))
    refused('heartbeat', heartbeat({ highest: many(33, '1') }))
  })

  it('names are names', () => {
    for (const name of ['', 'A', 'a_b', 'x'.repeat(33), '__proto__', 'ä']) {
      refused('heartbeat', heartbeat({ seen: JSON.parse(`{${JSON.stringify(name)}:1}`) }))
      refused('probe', { host: name, forwardedFor: null })
    }
  })

  it('epochs are decimal digits of at most 64 bits', () => {
    for (const epoch of [1, '01', '-1', '1e3', '', ' 1', '18446744073709551616', '9'.repeat(21), null, {}]) {
      refused('accept', { type: 'accept', policy: 'serve', epoch })
    }
    expect(() => encodeRequest('accept', { type: 'accept', policy: 'serve', epoch: 2n ** 64n })).toThrow(
      code('FRAME_INVALID'),
    )
  })

  it('numbers are finite and not negative', () => {
    for (const value of [-1, null, '1']) refused('heartbeat', heartbeat({ seen: { moscow: value } }))
    expect(() =>
      encodeRequest('heartbeat', heartbeatOf('amsterdam', 1, { seen: { moscow: Number.POSITIVE_INFINITY } })),
    ).toThrow(code('FRAME_INVALID'))
  })

  it('a chunk is at most 512 KiB of canonical base64', () => {
    const chunk = (data: string) => () =>
      decodeAnswer('breathWant', {}, { head: COMMIT, total: 1, digest: DIGEST, data }, self)
    const raw = Buffer.alloc(512 * 1024)
    expect(chunk(raw.toString('base64'))).not.toThrow()
    expect(chunk(Buffer.alloc(512 * 1024 + 3).toString('base64'))).toThrow(code('FRAME_INVALID'))
    expect(chunk('not base64!')).toThrow(code('FRAME_INVALID'))
  })
})
