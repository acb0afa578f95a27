import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEnvelope, encodeCertificate, encodeEnvelope, windowWeights } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { openStore } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { locateStores } from '../../src/verify/locate.js'
import type { WalkedRow } from '../../src/verify/types.js'
import { verifyStores } from '../../src/verify/verify-stores.js'
import { type BuiltWindow, buildChain } from '../support/chain.js'
import { certificateOf, commitOf } from '../support/commit.js'
import { signRegistration, signVote } from '../support/objects.js'
import { EVIDENCE_RULES, makeWorld, temporaryDirectory, VOTE_RULES, type World } from '../support/world.js'
import { type Damage, damaged, verifyModules } from './support.js'

const WINDOWS = 12
/** Vouched for in 4, in list 3 of 5, admitted with 8. */
const VOUCHED = 4
const INCLUDED = 5
const ADMITTED = 8
let world: World
let template: string
let dirs: string[]
let built: BuiltWindow[]
let registration: Uint8Array

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES, { vdfEntryWindows: 2, selectionInterval: 4 })
  template = mkdtempSync(join(tmpdir(), 'montana-vote-'))
  dirs = ['one', 'two', 'three', 'four'].map((label) => join(template, label))
  registration = await signRegistration(world.candidate)
  const registrations = (window: number) => (window === VOUCHED ? [registration] : [])
  built = await buildChain(world, dirs, { windows: WINDOWS, registrations })
})

afterAll(async () => {
  rmSync(template, { recursive: true, force: true })
  await world.crypto.close()
})

const store = () => dirs[0] ?? ''

function windowBuilt(window: number): BuiltWindow {
  const found = built[window - 1]
  if (!found) throw new Error(`window ${window} was not built`)
  return found
}

async function verdictOf(dir: string) {
  const { nodes } = await verifyStores(locateStores(dir), verifyModules(world))
  const [node] = nodes
  if (!node || nodes.length !== 1) throw new Error('one node expected')
  return node
}

/** `code@window: message`, what the store of the first member says once `damage` was done to it. */
async function faultsAfter(damage: (database: Damage) => void): Promise<string[]> {
  const { faults } = await verdictOf(damaged(store(), damage))
  return faults.map(({ code, window, message }) => `${code}@${window}: ${message}`)
}

const replaced = (window: number, bytes: Uint8Array) => (database: Damage) => {
  database.replace('certificates', `window = ${window}`, bytes)
}

describe('the stores of a network that rotates, votes and admits', () => {
  it('are proven from genesis to head, each of them', async () => {
    const report = await verifyStores(locateStores(template), verifyModules(world))
    expect(report.nodes.flatMap(({ faults }) => faults)).toEqual([])
    expect(report.verdict).toBe('PASS')
    expect(report.nodes).toHaveLength(4)
    for (const node of report.nodes) {
      expect(node).toMatchObject({
        first: 1,
        last: WINDOWS,
        proven: WINDOWS,
        recomputed: WINDOWS,
        certificates: WINDOWS,
      })
    }
  })

  it('are what the test says they are: several proposers, D that changes, an admission', () => {
    const envelopes = built.map(({ envelope }) => decodeEnvelope(envelope))
    const proposers = new Set(envelopes.map(({ header }) => toHex(header.proposerNodeId)))
    expect(proposers.size).toBeGreaterThanOrEqual(3)
    expect(new Set(built.map(({ before }) => before.context.nextD)).size).toBeGreaterThan(1)
    expect(envelopes[INCLUDED - 1]?.control).toEqual([registration])
    const { nodeId } = world.candidate.identity
    expect(windowBuilt(ADMITTED).after.tables.nodes.get(nodeId)?.startWindow).toBe(ADMITTED)
    const confirms = (window: number) =>
      envelopes[window - 1]?.evidence.some((bc) => toHex(bc.nodeId) === toHex(nodeId))
    expect([ADMITTED, ADMITTED + 1].map(confirms)).toEqual([false, true])
  })
})

describe('a certificate', () => {
  it('that is missing is named, at the head too', async () => {
    const faults = await faultsAfter((db) => db.sql(`DELETE FROM certificates WHERE window IN (6, ${WINDOWS})`))
    expect(faults).toEqual([
      expect.stringMatching(/^CERTIFICATE_MISSING@6: /),
      expect.stringMatching(new RegExp(`^CERTIFICATE_MISSING@${WINDOWS}: `)),
    ])
  })

  it('of round 0 is no certificate here, though every signature in it is valid', async () => {
    const attested = await certificateOf(world, windowBuilt(6), 0)
    expect(await faultsAfter(replaced(6, attested))).toEqual([
      expect.stringMatching(/^CERTIFICATE_INVALID@6: .*round 0/),
    ])
  })

  it('of a later round proves its window as well', async () => {
    const later = await certificateOf(world, windowBuilt(6), 3)
    expect(await faultsAfter(replaced(6, later))).toEqual([])
  })

  it('is told of with its weight and that of all, row by row', async () => {
    const few = await certificateOf(world, windowBuilt(6), 1, 2)
    const rows: WalkedRow[] = []
    const onWindow = (row: WalkedRow) => void rows.push(row)
    const dir = damaged(store(), replaced(6, few))
    await verifyStores(locateStores(dir), verifyModules(world, { onWindow }))
    expect(rows.map(({ window }) => window)).toEqual(built.map((_, index) => index + 1))
    for (const { window, proposalHash, weight, active } of rows) {
      const weights = windowWeights(windowBuilt(window).before)
      expect(toHex(proposalHash)).toBe(toHex(windowBuilt(window).after.context.proposalHash))
      expect(active).toBe(weights.active)
      if (window === 6) expect(weight).toBeLessThan(weights.quorum)
      else expect(weight).toBeGreaterThanOrEqual(weights.quorum)
    }
  })

  it('of two signers out of three is below the quorum', async () => {
    const few = await certificateOf(world, windowBuilt(6), 1, 2)
    expect(await faultsAfter(replaced(6, few))).toEqual([
      expect.stringMatching(/^CERTIFICATE_INVALID@6: .*below the quorum/),
    ])
  })

  it('counts no signer that is not a member yet', async () => {
    const { window, proposalHash, contextHash, cementValue: value } = commitOf(windowBuilt(6))
    const signers = [...world.members, world.candidate]
    const votes = await Promise.all(signers.map((by) => signVote(world, by, { window, value })))
    const bytes = encodeCertificate({ window, proposalHash, contextHash, round: 1, votes })
    expect(await faultsAfter(replaced(6, bytes))).toEqual([
      expect.stringMatching(/^CERTIFICATE_INVALID@6: .*signature \d of 4 is not valid/),
    ])
  })

  it.each([
    ['a signature', -1, /signature \d of 3 is not valid/],
    ['the proposal', 8, /another proposal/],
    ['the context', 40, /another context/],
    ['the round', 72, /round 0/],
    ['the window', 0, /of window 7/],
  ])('in which %s was changed is named', async (_, at, message) => {
    const faults = await faultsAfter((db) => {
      db.flip({ table: 'certificates', column: 'bytes', where: 'window = 6', at, digest: true })
    })
    expect(faults).toEqual([expect.stringMatching(/^CERTIFICATE_INVALID@6: /)])
    expect(faults[0]).toMatch(message)
  })

  it('of another window is named', async () => {
    const other = await certificateOf(world, windowBuilt(7), 1)
    expect(await faultsAfter(replaced(6, other))).toEqual([
      expect.stringMatching(/^CERTIFICATE_INVALID@6: .*of window 7/),
    ])
  })
})

describe('list 3', () => {
  /** The envelope with the registration, with another list 3. */
  const withControl = (control: readonly Uint8Array[]) => (database: Damage) => {
    const { header, confirmers, evidence } = decodeEnvelope(windowBuilt(INCLUDED).envelope)
    const bytes = encodeEnvelope({ header: header.bytes, confirmers, evidence, control })
    database.replace('envelopes', `window = ${INCLUDED}`, bytes)
  }
  const mismatch = expect.stringMatching(new RegExp(`^ControlSetMismatch@${INCLUDED}: `))

  it('with a registration that was changed is named', async () => {
    const changed = registration.slice()
    changed[2_000] = (changed[2_000] ?? 0) ^ 1
    expect(await faultsAfter(withControl([changed]))).toContainEqual(mismatch)
  })

  it('that lost its registration, or has one more, is named', async () => {
    expect(await faultsAfter(withControl([]))).toContainEqual(mismatch)
    expect(await faultsAfter(withControl([registration, registration]))).toContainEqual(mismatch)
  })

  it('with another signature under the same registration is named by the root', async () => {
    const resigned = registration.slice()
    resigned.set(world.members[0].identity.nodeId, registration.length - 32)
    const faults = await faultsAfter(withControl([resigned]))
    expect(faults.some((fault) => new RegExp(`^Control(Set|Root)Mismatch@${INCLUDED}: `).test(fault))).toBe(true)
  })
})

describe('the journal', () => {
  it('may hold a draft that lost and a vote for nothing', async () => {
    const dir = temporaryDirectory()
    cpSync(store(), dir, { recursive: true })
    const open = openStore({ dir, mode: 'write' })
    const [one] = world.members
    const value = new Uint8Array(32)
    const vote = await signVote(world, one, { window: WINDOWS, round: 2, value })
    open.journal.append({ window: WINDOWS, kind: 'vote', round: 2, phase: 2, hash: value, bytes: vote.bytes })
    open.close()
    expect(await verdictOf(dir)).toMatchObject({ faultCount: 0 })
  })

  it('that holds a Propose in no form, or a vote of another member, is named', async () => {
    const of = built.findIndex(({ before, envelope }) => {
      const { header } = decodeEnvelope(envelope)
      return (
        before.context.window >= WINDOWS - 4 && toHex(header.proposerNodeId) === toHex(world.members[0].identity.nodeId)
      )
    })
    const window = of + 1
    expect(of).toBeGreaterThanOrEqual(0)
    const malformed = await faultsAfter((db) => {
      db.replace('journal', `window = ${window} AND kind = 'propose'`, Uint8Array.of(1))
    })
    expect(malformed).toEqual([expect.stringMatching(new RegExp(`^STORE_JOURNAL_INVALID@${window}: .*propose`))])
    const value = commitOf(windowBuilt(WINDOWS)).cementValue
    const foreign = await signVote(world, world.members[1], { window: WINDOWS, value })
    const other = await faultsAfter((db) => {
      db.replace('journal', `window = ${WINDOWS} AND kind = 'vote' AND phase = 2`, foreign.bytes)
    })
    expect(other).toEqual([expect.stringMatching(/STORE_JOURNAL_INVALID@12: .*another node signed it/)])
  })
})

describe('a certificate in a network that attests', () => {
  it('must be of round 0', async () => {
    const evidence = await makeWorld(EVIDENCE_RULES)
    const dir = temporaryDirectory()
    const [first] = await buildChain(evidence, [dir], { windows: 1 })
    if (!first) throw new Error('a window expected')
    const voted = await certificateOf(evidence, first, 1)
    const changed = damaged(dir, replaced(1, voted))
    const { nodes } = await verifyStores(locateStores(changed), verifyModules(evidence))
    await evidence.crypto.close()
    const message = expect.stringContaining('round 1')
    expect(nodes[0]?.faults).toMatchObject([{ window: 1, code: 'CERTIFICATE_INVALID', message }])
  })
})

describe('a store that was pruned', () => {
  const PRUNED = 7

  function pruned(): string {
    const dir = temporaryDirectory()
    cpSync(store(), dir, { recursive: true })
    const open = openStore({ dir, mode: 'write' })
    open.prune(PRUNED)
    open.close()
    return dir
  }

  it('is linked from where it begins, and has no gap', async () => {
    const report = await verifyStores(locateStores(pruned()), verifyModules(world))
    expect(report).toMatchObject({
      verdict: 'PASS',
      nodes: [{ beginning: { window: PRUNED, cause: 'pruned' }, first: PRUNED, last: WINDOWS, gaps: [], proven: 0 }],
    })
    expect(report.nodes[0]).toMatchObject({ certificates: WINDOWS - PRUNED + 1 })
    // D of epochs that ended before the head is not stored.
    expect(report.nodes[0]?.recomputed).toBeGreaterThan(0)
  })

  it('names a window that is wrong or lost all the same', async () => {
    const dir = damaged(pruned(), (database) => database.sql('DELETE FROM envelopes WHERE window = 9'))
    expect(await verdictOf(dir)).toMatchObject({ gaps: [{ from: 9, to: 9 }] })
  })
})
