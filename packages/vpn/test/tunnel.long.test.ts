import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'vitest'
import { longIt } from '../../../test/support/long-it.js'
import { makeKeyFile, nextKeyPath } from '../src/index.js'
import { Pair } from './support/pair.js'

const TIMEOUT_MS = 300_000
/** WireGuard begins anew after 15 s without an answer, TCP tries again some seconds later; twice that for a busy host. */
const AGAIN_MS = 40_000
const ROUNDS = 10

longIt(
  'a host that is authorised again on one side is back within WireGuard’s own time when it begins itself',
  async () => {
    const pair = await Pair.create('l')
    try {
      await pair.connect()
      const entries = pair.fleet.roster.entries
      const issue = async (list: typeof entries) => {
        await pair.fleet.issue(list)
        await pair.sync(0)
      }
      await pair.fleet.revoke('moscow')
      await pair.sync(0)
      expect(await pair.reach(1, 2_000)).toBeNull()
      await issue(entries)
      const tookMs = await pair.reach(1, AGAIN_MS)
      process.stdout.write(`authorised again: back after ${Math.round(tookMs ?? -1)} ms\n`)
      expect(tookMs).not.toBeNull()
    } finally {
      await pair.close()
    }
  },
  TIMEOUT_MS,
)

longIt(
  'run after run with nothing to do leaves the session as it is',
  async () => {
    const pair = await Pair.create('n')
    try {
      await pair.connect()
      const before = [pair.handshakes(0), pair.handshakes(1)]
      for (let run = 0; run < ROUNDS; run += 1) await pair.syncBoth()
      expect([pair.handshakes(0), pair.handshakes(1)]).toEqual(before)
      expect(await pair.reach(0)).toBeLessThan(1_000)
    } finally {
      await pair.close()
    }
  },
  TIMEOUT_MS,
)

longIt(
  'a host comes and goes again and again, and the session of the others is the same throughout',
  async () => {
    const pair = await Pair.create('f')
    try {
      await pair.connect()
      const key = pair.keys[1]
      const first = pair.handshakes(0)[key]
      const guest = pair.entry(1, {
        label: 'guest',
        node_id: 'ab'.repeat(32),
        tunnel_ip: '10.66.0.9/32',
        endpoint: null,
      })
      for (let round = 0; round < ROUNDS; round += 1) {
        const spki = generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' })
        const wg_pub = spki.subarray(-32).toString('base64')
        const known = pair.fleet.roster.entries.filter(({ label }) => label !== 'guest')
        await pair.fleet.issue([...known, { ...guest, wg_pub }])
        expect(await pair.sync(0)).toMatchObject({ difference: { add: [wg_pub], remove: [] } })
        await pair.fleet.issue(known)
        expect(await pair.sync(0)).toMatchObject({ difference: { add: [], remove: [wg_pub] } })
        expect(pair.handshakes(0)).toEqual({ [key]: first })
      }
      expect(await pair.reach(0)).not.toBeNull()
    } finally {
      await pair.close()
    }
  },
  TIMEOUT_MS,
)

longIt(
  'a key changes hands at one instant on both sides, where the roster says when',
  async () => {
    const pair = await Pair.create('r')
    try {
      await pair.connect()
      const old = pair.keys[0]
      pair.keys[0] = await makeKeyFile(nextKeyPath(pair.settings(0).privateKey))
      const changeMs = Date.now() + 4_000
      await pair.fleet.put([pair.entry(0, { valid_from: new Date(changeMs).toISOString() })])
      await pair.syncBoth()
      const both = ([0, 1] as const).map((side) => pair.sync(side, { holdMs: 20_000 }))
      expect(pair.peers(1)).toEqual([old])
      expect(await pair.reach(1)).not.toBeNull()
      const [own, other] = await Promise.all(both)
      const lateMs = Date.now() - changeMs
      process.stdout.write(`both sides had the new key ${lateMs} ms after its instant\n`)
      expect(lateMs).toBeGreaterThanOrEqual(0)
      // By the timer it would be up to five minutes; a busy host is late by seconds.
      expect(lateMs).toBeLessThan(10_000)
      expect(own).toMatchObject({ isKeyRotated: true })
      expect(other).toMatchObject({ difference: { add: [pair.keys[0]], remove: [old] } })
      expect(await pair.reach(1)).not.toBeNull()
    } finally {
      await pair.close()
    }
  },
  TIMEOUT_MS,
)
