import type { Claim, Heartbeat, PostBody } from '@montana/failover'
import { makeEpoch } from '@montana/failover'

export const COMMIT = '0123456789abcdef0123456789abcdef01234567'
export const DIGEST = 'cd'.repeat(32)
export const SELF = { host: 'moscow', address: `mt${'a'.repeat(40)}` }

const CLAIM: Claim = {
  state: 'acting',
  epoch: makeEpoch({ counter: 8, rank: 1, chainIndex: 1 }),
  mode: 'SURVIVOR',
  ...{ isEligible: true, reason: null, lagMs: 0, candidacy: 1, grantedTo: null },
}

export const HEARTBEAT: Heartbeat = {
  ...{ group: 'montana-5', host: 'moscow', bootId: 'boot-1', sequence: 1, configDigest: 'ab'.repeat(32) },
  policies: { serve: CLAIM },
  seen: { moscow: 12.5 },
  highest: { serve: 525307n },
  noted: { serve: 3 },
  breath: { head: COMMIT, lagMs: 0 },
  pause: { reason: 'work', by: 'root', remainingMs: 1000 },
}

export const POST: PostBody = {
  version: 1,
  ...{ group: 'montana-5', host: 'moscow', bootId: 'boot-1', sequence: 3 },
  policies: { serve: CLAIM },
  visible: ['amsterdam'],
}

const tenure = { policy: 'serve', epoch: 7n }

/** One good body of each request. */
export const REQUESTS: readonly (readonly [string, unknown])[] = [
  ['heartbeat', HEARTBEAT],
  ['probe', { host: 'spb', forwardedFor: null }],
  ['handover', { type: 'handover', ...tenure, reason: 'failback' }],
  ['accept', { type: 'accept', ...tenure }],
  ['refuse', { type: 'refuse', ...tenure, reason: 'not ready' }],
  ['grant', { type: 'grant', grant: { policy: 'serve', from: 'spb', target: 'moscow', counter: 9, validMs: 5000 } }],
  ['done', { type: 'done', ...tenure }],
  ['command', { epoch: null, operator: 'root', command: { kind: 'step-down', forMs: 5, reason: 'x' } }],
  ['poke', { head: COMMIT }],
  ['breathWant', { have: COMMIT, offset: 0 }],
  ['history', { after: { moscow: 12 }, limit: 256 }],
]

export const TRANSITION = {
  ...{ policy: 'serve', from: 'standby', to: 'acting', epoch: 9n, mode: 'CHAIN', rule: 'D6' },
  ...{ reason: 'first of the chain', heard: { moscow: null, spb: 3 }, phasesMs: { detect: 4000 } },
} as const

/** One good answer of each that is not just taken in. */
export const ANSWERS: readonly (readonly [string, unknown])[] = [
  ['probe', { host: 'spb', ageMs: 12, heartbeat: HEARTBEAT }],
  ['breathWant', { head: COMMIT, total: 3, digest: DIGEST, data: 'AQID' }],
  ['poke', { holds: COMMIT }],
  [
    'history',
    {
      records: [{ host: 'spb', bootId: 'b1', sequence: 3, at: '2026-05-01T12:00:00.000Z', transition: TRANSITION }],
      hasMore: false,
    },
  ],
]

export const HISTORY = {
  ...{ at: '2026-05-01T12:00:00.000Z', host: 'spb', bootId: 'b1', sequence: 3 },
  ...{ ...TRANSITION, epoch: '9' },
}

export const WITNESS_YAML = `name: w1
listen: {host: 0.0.0.0, port: 8443}
identityDir: ./identity
stateDir: ./state
groups:
- {group: montana-5, registry: ./registry.json}
`

export const GROUP_YAML = `group: montana-5
domain: montana.network
preset: three-mirror
hosts:
  amsterdam: {address: 192.0.2.10, domainOfFailure: {provider: p1}}
  moscow: {address: 192.0.2.20}
  almaty: {address: 192.0.2.30}
  spb: {address: 192.0.2.40}
  novosibirsk: {address: 192.0.2.50}
policies:
  serve: {failback: auto, fenceRef: refs/montana/epoch}
services:
  bot:
    policy: serve
    run: {unit: example-bot.service}
    health: {kind: http, url: "http://127.0.0.1:9000/", progressField: progress, maxAgeMs: 5000}
    promoteTimeoutMs: 2000
    effects: {survivor: idempotent}
profile: fast
witnesses:
  - {name: w1, kind: http, url: "https://w1.example"}
  - {name: w2, kind: http, url: "https://w2.example"}
  - {name: w3, kind: http, url: "https://w3.example"}
`

export const ETCD = {
  range: {
    header: { revision: '12', raft_term: '3' },
    kvs: [
      {
        key: Buffer.from('/montana/g/serve/leader').toString('base64'),
        value: Buffer.from('{"host":"moscow","address":"a","epoch":"7"}').toString('base64'),
        ...{ create_revision: '4', mod_revision: '5', lease: '99' },
      },
      {
        key: Buffer.from('/montana/g/serve/candidates/spb').toString('base64'),
        value: Buffer.from('{"host":"spb","address":"b"}').toString('base64'),
        ...{ mod_revision: '6', lease: '98' },
      },
    ],
  },
  watch: { result: { header: { revision: '1' }, created: true, events: [{ kv: { mod_revision: '2' } }] } },
  txn: { header: {}, succeeded: true, responses: [{ response_range: { kvs: [] } }] },
  keepAlive: { result: { header: {}, ID: '1', TTL: '9' } },
  failure: { error: { message: 'x', grpc_code: 5 } },
}
