import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleHash, decodeEnvelope, genesisChainState, PRECOMMIT, PREVOTE, restoreState } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { registrationHash, stateRoots } from '@montana/ledger'
import { openStore, type Store } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readJournal, toStoredEntry } from '../../src/chain/journal.js'
import { initialiseStore, restoreChain, sinceHeadMs } from '../../src/chain/restore.js'
import { readSignFrom, writeSignFrom } from '../../src/chain/sign-from.js'
import { type BuiltWindow, buildChain, extendChain, headOfChain } from '../support/chain.js'
import { commitOf } from '../support/commit.js'
import { lockOn } from '../support/lock.js'
import { signConfirmation, signPropose, signRegistration, signVote } from '../support/objects.js'
import { makeWorld, temporaryDirectory, VOTE_RULES, type World } from '../support/world.js'
import { damaged } from '../verify/support.js'

const HEAD = 6
let world: World
let template: string
let head: BuiltWindow
/** Window 7 as it would be cemented; not in the store. */
let next: BuiltWindow

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES)
  template = mkdtempSync(join(tmpdir(), 'montana-restore-'))
  head = headOfChain(await buildChain(world, [template], { windows: HEAD }))
  const { evidence } = decodeEnvelope(head.envelope)
  next = headOfChain(await extendChain(world, [], head.after, { windows: 1 }, evidence))
})

afterAll(async () => {
  rmSync(template, { recursive: true, force: true })
  await world.crypto.close()
})

/** The store of the first member, to be written to. */
function opened(dir = temporaryDirectory()): Store {
  cpSync(template, dir, { recursive: true })
  const store = openStore({ dir, mode: 'write' })
  onTestFinished(() => store.close())
  return store
}

/** What the next process starts with. */
const restored = (store: Store) => restoreState(restoreChain(store, world.document), 1_000)

describe('a restart', () => {
  it('finds the head, its state and the windows before it', () => {
    const found = restoreChain(opened(), world.document)
    expect(found.chain.context).toEqual(head.after.context)
    expect(stateRoots(found.chain.tables)).toEqual(stateRoots(head.after.tables))
    expect(found.headEnvelope).toEqual(head.envelope)
    expect([...found.recent.keys()]).toEqual([1, 2, 3, 4, 5, 6])
    const { header } = decodeEnvelope(head.envelope)
    const value = toHex(commitOf(head).cementValue)
    const { proposerNodeId } = header
    expect(found.recent.get(HEAD)).toMatchObject({ value, proposerNodeId, isCertified: true, isDisputed: false })
  })

  it('at the genesis has no envelope and the state of the document', () => {
    const store = openStore({ dir: temporaryDirectory(), mode: 'write' })
    onTestFinished(() => store.close())
    initialiseStore(store, world.document)
    initialiseStore(store, world.document)
    const found = restoreChain(store, world.document)
    expect(found).toMatchObject({ headEnvelope: undefined, journal: [], registrations: [], signFrom: undefined })
    expect(found.chain.context).toEqual(genesisChainState(world.document).context)
  })

  it('knows how long ago it applied the head, as far as a wall clock that may be set tells it', () => {
    const store = opened()
    const { appliedAtMs = Number.NaN } = store.windowAt(HEAD) ?? {}
    const since = (afterMs: number) => sinceHeadMs(store, appliedAtMs + afterMs, 2_000)
    expect([0, 400, 2_000, 3_600_000, -3_600_000].map(since)).toEqual([0, 400, 2_000, 2_000, 0])
    expect(restoreState(restoreChain(store, world.document), 1_000, 400).appliedAtMs).toBe(600)
    expect(restored(store).appliedAtMs).toBe(1_000)
  })

  it('knows of no head at the genesis that it could have applied', () => {
    const store = openStore({ dir: temporaryDirectory(), mode: 'write' })
    onTestFinished(() => store.close())
    initialiseStore(store, world.document)
    expect(sinceHeadMs(store, 1_000_000, 2_000)).toBe(0)
  })

  it('knows what it signed for the open window, byte by byte', async () => {
    const store = opened()
    const [one] = world.members
    const { window, cementValue: value, proposalHash } = commitOf(next)
    const votes = await Promise.all(
      [PREVOTE, PRECOMMIT].map((phase) => signVote(world, one, { window, round: 2, phase, value })),
    )
    const propose = await signPropose(world, one, { window, round: 2, value, proposalHash })
    const confirmation = await signConfirmation(one, { window })
    const plain = { window, round: 0, phase: 0 }
    store.journal.append({ ...plain, kind: 'header', hash: proposalHash, bytes: next.envelope })
    store.journal.append({ ...plain, kind: 'propose', round: 2, hash: value, bytes: propose.bytes })
    store.journal.append({ ...plain, kind: 'bc', hash: bundleHash(confirmation.scope), bytes: confirmation.bytes })
    for (const { phase, bytes } of votes)
      store.journal.append({ window, kind: 'vote', round: 2, phase, hash: value, bytes })
    const { own, vote } = restored(store)
    expect([...(own.votes.get(window) ?? [])]).toEqual(votes.map(({ phase, bytes }) => [`2:${phase}`, bytes]))
    expect([...own.proposals]).toEqual([[2, propose.bytes]])
    expect(own.draft).toEqual(next.envelope)
    expect(own.confirmations.get(window)?.bytes).toEqual(confirmation.bytes)
    expect(vote).toMatchObject({ round: 2, step: 'precommit' })
  })

  it('keeps its lock, and the draft that it locked', () => {
    const store = opened()
    store.journal.append(lockOn(next, 3))
    const { vote, own } = restored(store)
    const value = toHex(commitOf(next).cementValue)
    expect(vote.lock).toEqual({ lockedRound: 3, lockedValue: value, validRound: 3, validValue: value })
    expect(own.lockedDraft).toEqual(next.envelope)
  })

  it('has no lock from a window that is cemented', () => {
    const store = opened()
    store.journal.append(lockOn(head, 3))
    const { vote, own } = restored(store)
    expect(vote.lock.lockedRound).toBe(0)
    expect([vote.round, own.lockedDraft, own.proposals.size]).toEqual([0, undefined, 0])
  })

  it('still vouches for the registrations whose bodies it kept', async () => {
    const store = opened()
    const bytes = await signRegistration(world.candidate)
    const hash = registrationHash(bytes)
    store.objects.put(hash, bytes)
    const { registrations } = restored(store)
    expect([...registrations.keys()]).toEqual([toHex(hash)])
    expect(registrations.get(toHex(hash))).toMatchObject({ proof: 'proven', registration: { bytes } })
  })

  it('knows from which window on it may sign, and a new store knows none', () => {
    const store = opened()
    expect(restored(store).signFrom).toBeUndefined()
    writeSignFrom(store, 9)
    writeSignFrom(store, 12)
    expect([readSignFrom(store), restored(store).signFrom]).toEqual([12, 12])
  })
})

describe('a store whose parts do not agree', () => {
  const read = (dir: string) => () => {
    const store = openStore({ dir, mode: 'read' })
    try {
      return restoreChain(store, world.document)
    } finally {
      store.close()
    }
  }
  const inconsistent = (field: string) => expect.objectContaining({ code: 'STORE_INCONSISTENT', field })

  it.each([
    [
      'context',
      'the context was changed',
      { table: 'context', column: 'bytes', where: 'id = 1', at: 200, digest: true },
    ],
    [
      'context',
      'the context is of no form',
      { table: 'context', column: 'bytes', where: 'id = 1', at: 5, digest: true },
    ],
    [
      'tables',
      'a record was changed',
      { table: 'node_records', column: 'record', where: 'id = (SELECT min(id) FROM node_records)', at: 60 },
    ],
  ])('is refused by %s: %s', (field, _, flip) => {
    expect(read(damaged(template, (db) => db.flip(flip)))).toThrow(inconsistent(field))
  })

  it('is refused by tables: a record is of no form', () => {
    const cut = damaged(template, (db) => db.sql('UPDATE node_records SET record = substr(record, 2)'))
    expect(read(cut)).toThrow(inconsistent('tables'))
  })

  it('is refused by context: it is of another window than the head', () => {
    const early = damaged(template, (db) => {
      for (const table of ['envelopes', 'windows']) db.sql(`DELETE FROM ${table} WHERE window = ${HEAD}`)
    })
    expect(read(early)).toThrow(inconsistent('context'))
  })

  it('is refused without the envelope of its head, and without a head', () => {
    const beheaded = damaged(template, (db) => db.sql(`DELETE FROM envelopes WHERE window = ${HEAD}`))
    expect(read(beheaded)).toThrow(inconsistent('windows'))
    const store = openStore({ dir: temporaryDirectory(), mode: 'write' })
    expect(() => restoreChain(store, world.document)).toThrow(inconsistent('head'))
    store.close()
  })
})

describe('the journal between engine and store', () => {
  const entry = { window: 8, round: 0, phase: 0, hash: new Uint8Array(32).fill(1), bytes: Uint8Array.of(1) }
  const kinds = ['reveal', 'confirmation', 'header', 'vote', 'propose', 'lock'] as const

  it('returns every kind as it was given', () => {
    const store = opened()
    for (const kind of kinds) store.journal.append(toStoredEntry({ ...entry, kind }))
    const read = readJournal(store, 8)
    expect(read.map(({ kind }) => kind).sort()).toEqual([...kinds].sort())
    for (const one of read) expect(one).toMatchObject(entry)
    expect(readJournal(store, 9)).toEqual([])
  })

  it.each(kinds)('a second %s is kept or refused as the protocol says', (kind) => {
    const store = opened()
    store.journal.append(toStoredEntry({ ...entry, kind }))
    const second = { ...entry, kind, hash: new Uint8Array(32).fill(2), bytes: Uint8Array.of(2) }
    const put = () => store.journal.append(toStoredEntry(second))
    if (kind === 'confirmation' || kind === 'lock') expect(put().bytes).toEqual(Uint8Array.of(2))
    else expect(put).toThrow(expect.objectContaining({ code: 'JOURNAL_CONFLICT' }))
  })
})
