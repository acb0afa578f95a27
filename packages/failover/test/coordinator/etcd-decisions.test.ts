import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acquireStep, type Candidacy, isAlreadyDone, nextEpoch } from '../../src/coordinator/etcd/acquire.js'
import { type Hold, prolonged, settle, without } from '../../src/coordinator/etcd/hold.js'
import {
  candidateText,
  leaderText,
  policyKeys,
  type Snapshot,
  snapshotOf,
} from '../../src/coordinator/etcd/snapshot.js'
import {
  failureAnswer,
  grantAnswer,
  keepAliveAnswer,
  prefixEnd,
  rangeAnswer,
  watchAnswer,
} from '../../src/coordinator/etcd/wire.js'
import { boundWithTtl, chainCoordinator, makeEpoch, splitEpoch } from '../../src/index.js'
import { etcdGroup } from '../support/candidates.js'
import { group, load } from '../support/group-file.js'
import { expiryMs, lastInstantToActMs } from '../support/lease-times.js'

const KEYS = policyKeys('montana-5', 'serve')

describe('times of a lease', () => {
  it('let the service act until 3.21 s after the last renewal of a lease of 4 s', () => {
    expect(lastInstantToActMs(1000, 4000, 500)).toBe(4210)
    expect(lastInstantToActMs(0, 3000, 500)).toBe(2220)
  })

  it('end the service before the lease can end, at clock rates that differ by 1 %', () => {
    const times = fc.record({ ttlMs: fc.integer({ min: 2000, max: 60_000 }), killMs: fc.integer({ min: 0, max: 900 }) })
    fc.assert(
      fc.property(times, ({ ttlMs, killMs }) => {
        const deadByMs = lastInstantToActMs(0, ttlMs, killMs) + killMs
        expect(deadByMs * 1.01).toBeLessThan(expiryMs(ttlMs, false).earliestMs)
      }),
    )
  })

  it('make the bound that is granted, not the one that is asked for', async () => {
    const config = await etcdGroup(['http://192.0.2.1:2379'])
    expect(boundWithTtl(config, 'serve', 4000)).toMatchObject({ kind: 'etcd', totalMs: 7000, isKept: true })
    expect(boundWithTtl(config, 'serve', 7000)).toMatchObject({ totalMs: 10_000, isKept: false })
    expect(boundWithTtl(config, 'coordinate', 8000)).toMatchObject({ policy: 'coordinate', isKept: false })
    expect(() => boundWithTtl(config, 'nothing', 4000)).toThrow(RangeError)
  })

  it('are those of the profile where no lease decides', async () => {
    const { config } = await load(group())
    expect(chainCoordinator(config, 'serve').bound()).toMatchObject({ kind: 'chain', totalMs: 7000 })
  })
})

describe('answers of the gateway', () => {
  const header = { revision: '7', raft_term: '2', cluster_id: '1', member_id: '2' }

  it('without a time are renewals of a lease that has ended', () => {
    expect(keepAliveAnswer.parse({ result: { header, ID: '5' } }).result.TTL).toBeUndefined()
    expect(keepAliveAnswer.parse({ result: { header, ID: '5', TTL: '4' } }).result.TTL).toBe(4n)
  })

  it.each([
    ['a number as time', grantAnswer, { header, ID: '5', TTL: 4 }],
    ['a fraction as time', grantAnswer, { header, ID: '5', TTL: '4.5' }],
    ['no id', grantAnswer, { header, TTL: '4' }],
    ['no header', rangeAnswer, {}],
    ['a key that is not base64', rangeAnswer, { header, kvs: [{ key: 'a key' }] }],
    ['a page', grantAnswer, '<html>'],
    ['events of another form', watchAnswer, { result: { header, events: [{ kv: null }] } }],
  ])('are refused with %s', (_, schema, answer) => {
    expect(schema.safeParse(answer).success).toBe(false)
  })

  it('carry their refusal in one of three forms', () => {
    const refusal = { message: 'etcdserver: no leader', code: 14 }
    expect(failureAnswer.parse({ error: refusal.message, ...refusal })).toEqual(refusal)
    expect(failureAnswer.parse({ ...refusal, details: [] })).toEqual(refusal)
    const streamed = { error: { grpc_code: 14, http_code: 503, message: refusal.message } }
    expect(failureAnswer.parse(streamed)).toEqual(refusal)
  })

  it('give the range of all keys that begin with a prefix', () => {
    expect(Buffer.from(prefixEnd('/montana/'), 'base64').toString()).toBe('/montana0')
  })
})

const EPOCH = makeEpoch({ counter: 3, rank: 3, chainIndex: 1 })
const found = (parts: Partial<Snapshot> = {}): Snapshot => ({
  revision: 10n,
  term: 2n,
  leader: null,
  epoch: { value: EPOCH, modRevision: 9n },
  candidates: new Map(),
  ...parts,
})
const CANDIDACY: Candidacy = {
  keys: KEYS,
  claimant: { host: 'spb', address: '192.0.2.40', lease: 77n },
  chainIndex: 2,
  floor: 0n,
}

describe('what an acquisition asks for', () => {
  it('is the next counter above the store and all that was seen, leased, with the own place', () => {
    const epochs = fc.record({
      stored: fc.bigInt({ min: 0n, max: 2n ** 60n }),
      floor: fc.bigInt({ min: 0n, max: 2n ** 60n }),
    })
    fc.assert(
      fc.property(epochs, ({ stored, floor }) => {
        const epoch = nextEpoch(stored, floor, 2)
        expect(epoch > stored && epoch > floor).toBe(true)
        const highest = Math.max(splitEpoch(stored).counter, splitEpoch(floor).counter)
        expect(splitEpoch(epoch)).toEqual({ counter: highest + 1, rank: 3, chainIndex: 2 })
      }),
    )
    expect(() => nextEpoch(2n ** 64n - 1n, 0n, 0)).toThrow(RangeError)
  })

  it('compares that nobody leads and that the epoch is the one that was read', () => {
    const step = acquireStep(CANDIDACY, found())
    if (step.kind !== 'ask') throw new Error(step.kind)
    expect(step.epoch).toBe(makeEpoch({ counter: 4, rank: 3, chainIndex: 2 }))
    expect(step.txn.compare).toMatchObject([
      { target: 'CREATE', result: 'EQUAL', create_revision: '0' },
      { target: 'MOD', result: 'EQUAL', mod_revision: '9' },
    ])
  })

  it('is nothing while another leads', () => {
    const leader = { host: 'almaty', epoch: EPOCH, lease: 76n }
    const result = { kind: 'held', by: 'almaty', epoch: EPOCH }
    expect(acquireStep(CANDIDACY, found({ leader }))).toEqual({ kind: 'end', result })
  })

  it('was done already when the own lease leads with the epoch that was asked for, and only then', () => {
    const leader = { host: 'spb', epoch: EPOCH, lease: 77n }
    expect(isAlreadyDone(CANDIDACY, found({ leader }), EPOCH)).toBe(true)
    expect(isAlreadyDone(CANDIDACY, found({ leader }), EPOCH + 1n)).toBe(false)
    expect(isAlreadyDone(CANDIDACY, found({ leader: { ...leader, lease: 78n } }), EPOCH)).toBe(false)
  })
})

describe('what a read changes', () => {
  const lease = { id: 77n, ttlMs: 4000, sentAtMs: 100 }
  const standby: Hold = { lease, epoch: null, revision: 5n }
  const own = found({ leader: { host: 'spb', epoch: EPOCH, lease: 77n } })
  const other = found({ leader: { host: 'almaty', epoch: EPOCH, lease: 76n } })
  const acquired = { kind: 'acquired', sentAtMs: 100, grantedTtlMs: 4000, epoch: EPOCH }

  it('is that a host leads to whose lease the key was moved, once', () => {
    const { hold, observations } = settle(standby, own, 200)
    expect(observations).toEqual([{ kind: 'holder', host: 'spb', epoch: EPOCH, sentAtMs: 200 }, acquired])
    expect(settle(hold, own, 300).observations.map(({ kind }) => kind)).toEqual(['holder'])
  })

  it('is that a leadership is over when another has the key, or nobody', () => {
    const leading: Hold = { ...standby, epoch: EPOCH }
    for (const seen of [other, found()]) {
      const { hold, observations } = settle(leading, seen, 200)
      expect(observations.map(({ kind }) => kind)).toEqual(['lost', 'holder'])
      expect(hold).toEqual({ lease, epoch: null, revision: 10n })
    }
  })

  it('is nothing when it is older than what is known: a key that was given away does not come back', () => {
    const given: Hold = { ...standby, revision: 11n }
    expect(settle(given, own, 200)).toEqual({ hold: given, observations: [] })
    const taken: Hold = { ...standby, epoch: EPOCH, revision: 11n }
    expect(settle(taken, found(), 200)).toEqual({ hold: taken, observations: [] })
  })

  it('belongs to the lease that is held: an answer for one before it changes nothing', () => {
    const late = { id: 76n, ttlMs: 4000, sentAtMs: 900 }
    expect(prolonged(standby, late)).toEqual(standby)
    expect(without(standby, late)).toEqual(standby)
    expect(prolonged(standby, { ...lease, sentAtMs: 50 }).lease?.sentAtMs).toBe(100)
    expect(without({ ...standby, epoch: EPOCH }, lease)).toEqual({ lease: null, epoch: null, revision: 5n })
  })
})

describe('values of the keys', () => {
  const entry = (key: string, value: string, lease = 76n) => ({
    key,
    value,
    lease,
    create_revision: 1n,
    mod_revision: 9n,
  })
  const read = (...kvs: ReturnType<typeof entry>[]) => snapshotOf({ revision: 10n, term: 2n, kvs }, KEYS)

  it('come back as they were written', () => {
    const seen = read(
      entry(KEYS.leader, leaderText('almaty', '192.0.2.30', EPOCH)),
      entry(KEYS.epoch, String(EPOCH), 0n),
      entry(`${KEYS.candidates}spb`, candidateText('spb', '192.0.2.40'), 77n),
    )
    expect(seen.leader).toEqual({ host: 'almaty', epoch: EPOCH, lease: 76n })
    expect(seen.epoch).toEqual({ value: EPOCH, modRevision: 9n })
    expect([...seen.candidates]).toEqual([['spb', { address: '192.0.2.40', lease: 77n, modRevision: 9n }]])
  })

  it.each(['', '{', '[]', '{"host":"spb"}', JSON.stringify({ host: 'a'.repeat(2000), address: '', epoch: '1' })])(
    'that nobody of ours wrote, %j, are a leader all the same and no candidate',
    (value) => {
      const seen = read(entry(KEYS.leader, value), entry(`${KEYS.candidates}spb`, value), entry(KEYS.epoch, value))
      expect(seen.leader).toEqual({ host: '?', epoch: null, lease: 76n })
      expect(seen.epoch.value).toBeNull()
      expect(seen.candidates.size).toBe(0)
    },
  )

  it('of a candidate without a lease, or under the name of another, do not count', () => {
    const text = candidateText('spb', '192.0.2.40')
    expect(read(entry(`${KEYS.candidates}spb`, text, 0n)).candidates.size).toBe(0)
    expect(read(entry(`${KEYS.candidates}almaty`, text)).candidates.size).toBe(0)
  })
})
