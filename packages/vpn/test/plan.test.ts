import { createRoster, type RosterEntry } from '@montana/fleet/roster'
import { formatTime } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { planConfig } from '../src/index.js'
import { entryOf } from './support/fleet.js'

const NOW = Date.parse('2026-05-01T12:00:00.000Z')
const HOUR_MS = 3_600_000
const at = (hours: number) => formatTime(NOW + hours * HOUR_MS)
const own = { label: 'a', publicKeys: ['key-a', 'key-next'] }
const entry = (label: string, number: number, over = {}) =>
  entryOf(label, {
    ...{ wg_pub: `key-${label}`, tunnel_ip: `10.66.0.${number}/32`, endpoint: `192.0.2.${number}:51820` },
    ...{ valid_from: at(-1), valid_to: at(9), ...over },
  })
const plan = (entries: RosterEntry[], nowMs = NOW) => {
  const issue = { issuedAtMs: NOW - HOUR_MS, validMs: 6 * HOUR_MS }
  const roster = { ...createRoster('vpn.test', issue), entries }
  return planConfig({ roster, own, listenPort: 51_820, nowMs })
}

describe('the plan of an interface', () => {
  it('has every other host whose entry is in force, by key', () => {
    const config = plan([entry('a', 1), entry('c', 3), entry('b', 2)])
    expect(config.publicKey).toBe('key-a')
    expect(config.peers.map(({ publicKey }) => publicKey)).toEqual(['key-b', 'key-c'])
    expect(config.peers[0]).toEqual({
      publicKey: 'key-b',
      allowedIps: ['10.66.0.2/32'],
      endpoint: '192.0.2.2:51820',
      keepaliveS: null,
      presharedKey: null,
    })
  })

  it('leaves out who is revoked, not valid yet, or no more', () => {
    const b = entry('b', 2)
    const peersAt = (over: object, nowMs = NOW) => plan([entry('a', 1), { ...b, ...over }], nowMs).peers.length
    expect(peersAt({ state: 'revoked' })).toBe(0)
    expect(peersAt({ valid_from: at(1) })).toBe(0)
    expect(peersAt({ valid_from: at(1) }, NOW + HOUR_MS)).toBe(1)
    expect(peersAt({ valid_to: at(1) }, NOW + HOUR_MS - 1)).toBe(1)
    expect(peersAt({ valid_to: at(1) }, NOW + HOUR_MS)).toBe(0)
  })

  it('has nobody after the end of the roster, and keeps key and port', () => {
    expect(plan([entry('a', 1), entry('b', 2)], NOW + 5 * HOUR_MS)).toEqual({
      publicKey: 'key-a',
      listenPort: 51_820,
      peers: [],
    })
  })

  it('takes the next key when its time has come', () => {
    const entries = [entry('a', 1, { valid_to: at(1) }), entry('a', 1, { wg_pub: 'key-next', valid_from: at(1) })]
    expect(plan(entries).publicKey).toBe('key-a')
    expect(plan(entries, NOW + HOUR_MS).publicKey).toBe('key-next')
  })

  it('keeps the way out open for a host that nobody can reach', () => {
    const config = plan([entry('a', 1, { endpoint: null }), entry('b', 2), entry('c', 3, { endpoint: null })])
    expect(config.peers.map(({ keepaliveS }) => keepaliveS)).toEqual([25, null])
  })
})
