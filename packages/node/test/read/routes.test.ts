import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleHash, decodeEnvelope, proposalHash, windowWeights } from '@montana/consensus'
import { addressOf } from '@montana/crypto'
import { fromHex, toHex } from '@montana/foundation'
import { decodeAccountRecord, stateRoots, verifyInclusionProof } from '@montana/ledger'
import { openStore, type Store } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BuiltWindow, buildChain, headOfChain } from '../support/chain.js'
import { signRegistration } from '../support/objects.js'
import { makeWorld, VOTE_RULES, type World } from '../support/world.js'
import { damaged } from '../verify/support.js'
import { type Reader, readerOf } from './support.js'

const WINDOWS = 14
/** Of the candidate, who is in the table from this window on. */
const ADMITTED = 8
let world: World
let dir: string
let store: Store
let built: BuiltWindow[]
let reader: Reader

interface Name {
  node_id: string
  label: string | null
}
interface Bundle extends Name {
  weight: number | null
  bundle_hash: string
  reveal_count: number
}
interface Whole {
  header: Record<string, unknown> & { proposer: Name; winner: Name }
  weights: { active_chain_length: number; quorum: number; evidence_weight: number; confirmer_weight: number } | null
  weights_reason: string | null
  evidence: Bundle[]
  confirmers: Bundle[]
  control: { node_id: string; hash: string }[]
  certificate: { round: number; signers: Name[] } | null
  took_ms: number | null
}
interface List<T> {
  head: number
  proposals: T[]
  winners: T[]
  next: string | null
}

beforeAll(async () => {
  world = await makeWorld(VOTE_RULES, { vdfEntryWindows: 2, selectionInterval: 4 })
  dir = mkdtempSync(join(tmpdir(), 'montana-read-'))
  const registration = await signRegistration(world.candidate)
  const registrations = (window: number) => (window === 4 ? [registration] : [])
  built = await buildChain(world, [dir], { windows: WINDOWS, registrations })
  store = openStore({ dir, mode: 'write' })
  reader = readerOf(world, store)
})

afterAll(async () => {
  store.close()
  rmSync(dir, { recursive: true, force: true })
  await world.crypto.close()
})

const read = <T>(path: string) => reader.read<T>(path)
const windowOf = (number: number) => built[number - 1] as BuiltWindow
const idOf = (index: number) => toHex((world.members[index] ?? world.candidate).identity.nodeId)

describe('what a node tells of its chain', () => {
  it('is where it stands', async () => {
    const { after } = headOfChain(built)
    expect(await read('status')).toMatchObject({
      ...{ network: 'montana-devnet', label: 'one', current_window: WINDOWS + 1, last_cemented_window: WINDOWS },
      proposal_hash: toHex(after.context.proposalHash),
      state_root: toHex(stateRoots(after.tables).stateRoot),
      ...{ accounts: 4, nodes: 4, candidates: 0, proposals_archived: WINDOWS, oldest_window: 1, synced: true },
      supply_nj: (13_000_000_000n * BigInt(WINDOWS)).toString(),
    })
  })

  it('names the network, its operators and whom the manifest adds, without an address', async () => {
    const genesis = await read<{ operators: Name[]; peers: { label: string; node_id: string }[]; params: object }>(
      'genesis',
    )
    expect(genesis.operators.map(({ label, node_id }) => [label, node_id])).toEqual(
      world.members.map(({ label }, index) => [label, idOf(index)]),
    )
    expect(genesis.peers.map(({ label, node_id }) => [label, node_id])).toEqual([['four', idOf(3)]])
    expect(genesis.params).toMatchObject({ quorum_num: 67, emission_moneta: '13000000000' })
    expect(JSON.stringify(genesis)).not.toMatch(/\/ip4|\/tcp/)
  })

  it('lists the nodes page by page, each with its label and weight', async () => {
    const ids: string[] = []
    let cursor = ''
    do {
      const page = await read<{ nodes: (Name & { weight: number })[]; next: string | null; count: number }>(
        `nodes?limit=3${cursor}`,
      )
      expect(page.count).toBe(4)
      ids.push(...page.nodes.map(({ node_id }) => node_id))
      cursor = page.next === null ? '' : `&cursor=${page.next}`
    } while (cursor !== '')
    expect(ids).toEqual([0, 1, 2, 3].map(idOf).sort())
    const weights = windowWeights(headOfChain(built).after)
    const four = await read<Name>(`node/${idOf(3)}`)
    expect(four).toMatchObject({ label: 'four', start_window: ADMITTED, active: true, bootstrap: false })
    expect(four).toMatchObject({ weight: weights.of(world.candidate.identity.nodeId) })
  })

  it('shows who decides the current window', async () => {
    const { after } = headOfChain(built)
    const { active, quorum } = windowWeights(after)
    const answer = await read<{ proposer: Name; slots: Name[]; distribution: (Name & { weight: number })[] }>(
      'consensus',
    )
    expect(answer).toMatchObject({ window: WINDOWS + 1, active_nodes: 4, total_chain_length: active, quorum })
    expect(answer.proposer).toEqual(answer.slots[0])
    expect(answer.distribution.map(({ weight }) => weight)).toEqual(
      [...after.tables.nodes.entries()].map(({ chainLength }) => chainLength).sort((a, b) => b - a),
    )
  })
})

describe('cemented windows', () => {
  it('are listed newest first, and page by page down to the first', async () => {
    const first = await read<List<{ window: number; proposal_hash: string; proposer: Name }>>('proposals?limit=6')
    const second = await read<typeof first>(`proposals?limit=200&cursor=${first.next}`)
    const rows = [...first.proposals, ...second.proposals]
    expect(rows.map(({ window }) => window)).toEqual(Array.from({ length: WINDOWS }, (_, i) => WINDOWS - i))
    expect([first.head, second.next]).toEqual([WINDOWS, null])
    for (const { window, proposal_hash, proposer } of rows) {
      const { header } = decodeEnvelope(windowOf(window).envelope)
      expect(proposal_hash).toBe(toHex(proposalHash(header.scope)))
      expect(proposer.node_id).toBe(toHex(header.proposerNodeId))
    }
    // From memory the second time.
    expect((await read<typeof first>('proposals?limit=6')).proposals).toEqual(first.proposals)
  })

  it('say who won what, and where nobody was in the draw', async () => {
    const { winners } =
      await read<List<{ window: number; lottery_window: number | null; winner: Name; drawn: boolean }>>(
        'winners?limit=200',
      )
    expect(winners.map(({ window }) => window)).toEqual(Array.from({ length: WINDOWS }, (_, i) => WINDOWS - i))
    expect(winners.at(-1)).toMatchObject({ window: 1, drawn: false, lottery_window: null })
    expect(winners[0]).toMatchObject({ drawn: true, lottery_window: WINDOWS - 1 })
    for (const { window, winner } of winners)
      expect(winner.node_id).toBe(toHex(decodeEnvelope(windowOf(window).envelope).header.winnerId))
  })

  it.each(Array.from({ length: WINDOWS }, (_, i) => i + 1))(
    'show who confirmed window %i, with the weights of its time',
    async (number) => {
      const { before, envelope } = windowOf(number)
      const { evidence, confirmers } = decodeEnvelope(envelope)
      const weights = windowWeights(before)
      const whole = await read<Whole>(`window/${number}`)
      expect(whole.weights_reason).toBeNull()
      expect(whole.weights).toMatchObject({ active_chain_length: weights.active, quorum: weights.quorum })
      expect(whole.weights?.evidence_weight).toBeGreaterThanOrEqual(weights.quorum)
      const rows = (list: typeof evidence) =>
        list.map(({ nodeId, scope }) => [toHex(nodeId), weights.of(nodeId), toHex(bundleHash(scope))])
      const shown = (list: Bundle[]) => list.map((one) => [one.node_id, one.weight, one.bundle_hash])
      expect(shown(whole.evidence)).toEqual(rows(evidence))
      expect(shown(whole.confirmers)).toEqual(rows(confirmers))
      expect(whole.certificate?.signers.length).toBeGreaterThan(0)
    },
  )

  it('carry their header whole, and the registrations that were included', async () => {
    const { header } = decodeEnvelope(windowOf(5).envelope)
    const whole = await read<Whole>('window/5')
    expect(await read('proposal/5')).toEqual(whole.header)
    expect(whole.header).toMatchObject({
      ...{ state_root: toHex(header.stateRoot), timechain_value: toHex(header.timechainValue) },
      ...{ signature: toHex(header.signature), target: header.target.toString() },
    })
    expect(whole.control.map(({ node_id }) => node_id)).toEqual([idOf(3)])
    expect(whole.took_ms).not.toBeUndefined()
  })

  it.each([
    ['window/0', 404, 'NOT_FOUND', 'genesis'],
    ['window/15', 404, 'NOT_FOUND', 'not cemented'],
    ['proposal/9007199254740993', 400, 'USAGE', 'not a window'],
    ['window/1e3', 400, 'USAGE', 'not a window'],
    ['window/1?x=1', 400, 'USAGE', 'not known'],
    ['window', 404, 'NOT_FOUND', 'no route'],
    ['status/1', 404, 'NOT_FOUND', 'no route'],
    ['nothing', 404, 'NOT_FOUND', 'no route'],
    ['__proto__', 404, 'NOT_FOUND', 'no route'],
    ['proposals?limit=0', 400, 'USAGE', 'limit'],
    ['proposals?limit=201', 400, 'USAGE', 'limit'],
    ['proposals?limit=1&limit=2', 400, 'USAGE', 'twice'],
    ['proposals?cursor=bjphYg', 400, 'USAGE', 'cursor'],
    ['nodes?cursor=dzoxMg', 400, 'USAGE', 'cursor'],
    ['node/zz', 400, 'USAGE', 'no identity'],
    [`node/${'0'.repeat(64)}`, 404, 'NOT_FOUND', 'no node'],
    ['account/mt123', 400, 'USAGE', 'no identity'],
  ])('%s is refused with %i %s', async (path, status, code, words) => {
    const refusal = await read(path).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ status, code, message: expect.stringContaining(words) })
    expect((refusal as { remedy: string }).remedy).toBeTruthy()
  })
})

describe('an account', () => {
  const accountOf = (index: number) => (world.members[index] ?? world.candidate).identity.accountId

  it.each([0, 3])('comes with what proves it against the header of the head: %i', async (index) => {
    const accountId = accountOf(index)
    const { after, envelope } = headOfChain(built)
    const answer = await read<Record<string, string> & { account: { balance_nj: string }; operates: Name }>(
      `account/${toHex(accountId)}`,
    )
    const roots = stateRoots(after.tables)
    const proven = verifyInclusionProof(roots.accountRoot, fromHex(answer.proof ?? '') as Uint8Array)
    const record = decodeAccountRecord(proven?.record as Uint8Array)
    expect(answer.account.balance_nj).toBe(record.balance.toString())
    expect(answer.operates.node_id).toBe(idOf(index))
    const { scope } = decodeEnvelope(envelope).header
    expect([answer.header_scope, answer.proposal_hash]).toEqual([toHex(scope), toHex(proposalHash(scope))])
    expect(answer.state_root).toBe(toHex(roots.stateRoot))
    expect(await read(`account/${addressOf(accountId)}`)).toEqual(answer)
  })

  it('that does not exist is proven to be absent', async () => {
    const answer = await read<{ account: unknown; proof: string; operates: unknown }>(`account/${'ab'.repeat(32)}`)
    expect([answer.account, answer.operates]).toEqual([null, null])
    const { accountRoot } = stateRoots(headOfChain(built).after.tables)
    const proven = verifyInclusionProof(accountRoot, fromHex(answer.proof) as Uint8Array)
    expect(proven).toEqual({ key: new Uint8Array(32).fill(0xab) })
  })

  it('is not looked for while a snapshot takes the place of the tables', async () => {
    const replacing = readerOf(world, store, { isReplacing: () => true })
    await expect(replacing.read(`account/${'ab'.repeat(32)}`)).rejects.toMatchObject({ status: 503, code: 'BUSY' })
  })
})

describe('a search', () => {
  it('finds what has a hash, an id or an address', async () => {
    const { header } = decodeEnvelope(windowOf(3).envelope)
    const find = async (text: string) => (await read<{ matches: object[] }>(`find/${text}`)).matches
    expect(await find(toHex(proposalHash(header.scope)))).toEqual([{ kind: 'window', window: 3, by: 'proposal_hash' }])
    expect(await find(toHex(header.stateRoot).toUpperCase())).toEqual([{ kind: 'window', window: 3, by: 'state_root' }])
    expect(await find(idOf(1))).toMatchObject([{ kind: 'node', label: 'two' }])
    const { accountId } = world.members[1].identity
    expect(await find(addressOf(accountId))).toMatchObject([{ kind: 'account', account_id: toHex(accountId) }])
  })

  it('says how far it has looked where it finds nothing', async () => {
    expect(await read(`find/${'00'.repeat(32)}`)).toEqual({ matches: [], searched_from: 1, next: null })
  })
})

describe('a window that is damaged on disk', () => {
  it('is not shown, and said to the operator', async () => {
    const copy = damaged(dir, (db) => db.sql('UPDATE envelopes SET digest = zeroblob(32) WHERE window = 3'))
    const broken = openStore({ dir: copy, mode: 'write' })
    const faults: unknown[] = []
    // As if it was damaged after the start, which reads it too.
    const other = readerOf(world, store, { store: broken, onFault: (error) => faults.push(error) })
    await expect(other.read('window/3')).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
    await expect(other.read('window/0')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(faults).toMatchObject([{ code: 'STORE_CORRUPT' }])
    broken.close()
  })
})

describe('a flood of questions', () => {
  it('ends at some point, and what is asked later is answered', async () => {
    const fresh = readerOf(world, store)
    const answers = await Promise.allSettled(Array.from({ length: 40 }, () => fresh.read('window/1')))
    const refused = answers.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(8)
    expect(refused[0]).toMatchObject({ reason: { status: 503, code: 'BUSY' } })
    expect(await fresh.read('window/2')).toMatchObject({ window: 2 })
  })

  it('costs nothing for who is gone', async () => {
    const gone = new AbortController()
    const asked = reader.read('proposals', gone.signal)
    gone.abort()
    await expect(Promise.all([asked, reader.read('window/1', gone.signal)])).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
