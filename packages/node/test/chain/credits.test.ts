import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEnvelope } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { openStore } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCredits } from '../../src/chain/credits.js'
import { type BuiltWindow, buildChain } from '../support/chain.js'
import { signRegistration } from '../support/objects.js'
import { makeWorld, temporaryDirectory, VOTE_RULES, type World } from '../support/world.js'
import { damaged } from '../verify/support.js'

const WINDOWS = 12
let world: World
let dir: string
let built: BuiltWindow[]

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES, { vdfEntryWindows: 2, selectionInterval: 4 })
  dir = mkdtempSync(join(tmpdir(), 'montana-credits-'))
  const registration = await signRegistration(world.candidate)
  const registrations = (window: number) => (window === 4 ? [registration] : [])
  built = await buildChain(world, [dir], { windows: WINDOWS, registrations })
})

afterAll(async () => {
  rmSync(dir, { recursive: true, force: true })
  await world.crypto.close()
})

const idOf = (index: number) => toHex((world.members[index] ?? world.candidate).identity.nodeId)

describe('credits', () => {
  it('name who proposed, who was credited and since when each member is one', () => {
    const { proposers, confirmers, admittedAt } = readCredits(dir, 1, WINDOWS)
    expect([...proposers.values()].reduce((a, b) => a + b, 0)).toBe(WINDOWS)
    for (const [nodeId, count] of proposers) {
      const own = built.filter(({ envelope }) => toHex(decodeEnvelope(envelope).header.proposerNodeId) === nodeId)
      expect(count).toBe(own.length)
    }
    // List 1 of window w holds those of w − 1: none in window 1, the candidate's first in 10.
    expect([0, 1, 2, 3].map((index) => confirmers.get(idOf(index)))).toEqual([11, 11, 11, 3])
    expect([0, 1, 2, 3].map((index) => admittedAt.get(idOf(index)))).toEqual([0, 0, 0, 8])
  })

  it('count the asked windows only, both ends included, and none that is not stored', () => {
    const { confirmers } = readCredits(dir, 10, 11)
    expect([0, 3].map((index) => confirmers.get(idOf(index)))).toEqual([2, 2])
    const beyond = readCredits(dir, WINDOWS + 1, WINDOWS + 9)
    expect([beyond.proposers.size, beyond.confirmers.size]).toEqual([0, 0])
    const pruned = damaged(dir, (db) => db.sql('DELETE FROM envelopes WHERE window < 11'))
    expect(readCredits(pruned, 1, WINDOWS).confirmers.get(idOf(0))).toBe(2)
  })

  it('can be read while the node holds the store, and say where there is none', () => {
    const store = openStore({ dir, mode: 'write' })
    expect(readCredits(dir, 1, 2).proposers.size).toBeGreaterThan(0)
    store.close()
    expect(() => readCredits(temporaryDirectory(), 1, 2)).toThrow(expect.objectContaining({ code: 'NO_STORE' }))
  })
})
