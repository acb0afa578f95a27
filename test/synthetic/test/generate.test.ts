import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acceptEnvelope, decodeCertificate, decodeEnvelope, proposalHash, proposerRule } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import { accountCodec, genesisHash, SUITE_ML_DSA_65, smtRoot, stateRoots } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { loadGenesis, loadIdentity } from '@montana/node'
import { openStore } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restoreChain } from '../../../packages/node/src/chain/restore.js'
import { AccountSource } from '../src/account-source.js'
import { AccountTree } from '../src/account-tree.js'
import { pathsOf, placeOperator, readFacts } from '../src/files.js'
import { generate } from '../src/generate.js'
import { parseOptions } from '../src/options.js'

const ACCOUNTS = 700
const OPERATORS = 4
const WINDOW = 5

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'montana-synthetic-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('synthetic accounts', () => {
  const source = new AccountSource('a', 300, WINDOW)

  it('are whole records, the same ones for the same seed', () => {
    const record = source.record(7)
    const decoded = accountCodec.decode(record)
    expect(decoded.suiteId).toBe(SUITE_ML_DSA_65)
    expect(decoded.creationWindow).toBeLessThan(WINDOW)
    expect(decoded.lastOpWindow).toBeLessThan(WINDOW)
    expect(accountCodec.encode(decoded)).toEqual(record)
    expect(new AccountSource('a', 10, WINDOW).record(7)).toEqual(record)
    expect(new AccountSource('b', 300, WINDOW).record(7)).not.toEqual(record)
  })

  it('come in tree order, each once', () => {
    const order = [...source.treeOrder()]
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, index) => index))
    const reversed = order.map((index) => toHex(source.record(index).slice(0, 32).reverse()))
    expect(reversed).toEqual([...reversed].sort())
  })

  it('have the root that the ledger computes, whatever becomes of the accounts that change', async () => {
    const { backend } = loadBackend()
    const leafOf = (record: Uint8Array) => ({ key: record.subarray(0, 32), hash: backend.merkleLeaf(record) })
    const many = new AccountSource('c', 900, WINDOW)
    const operators = [0, 1, 2].map((index) => new AccountSource('d', 3, WINDOW).record(index))
    const init = { backend, source: many, order: many.treeOrder(), operators: operators.map((one) => leafOf(one).key) }
    const tree = await AccountTree.build(init)
    const others = Array.from({ length: 900 }, (_, index) => many.record(index))
    for (const balance of [0n, 5n]) {
      const now = operators.map((record) => accountCodec.encode({ ...accountCodec.decode(record), balance }))
      const all = [...others, ...now].map((record) => [record.subarray(0, 32), record] as const)
      expect(toHex(tree.rootWith(now.map(leafOf)))).toBe(toHex(smtRoot(all)))
    }
  })
})

describe('a synthetic network', () => {
  it('is a store that a node starts from, and its next windows pass every check of acceptance', async () => {
    const [out, longer] = [join(root, 'network'), join(root, 'longer')]
    const options = { accounts: ACCOUNTS, seed: 'x', window: WINDOW }
    const facts = await generate({ ...options, out, after: 0 })
    await generate({ ...options, out: longer, after: 3 })
    const document = await loadGenesis(pathsOf(out).genesis)
    expect(toHex(genesisHash(document))).toBe(facts.genesisHash)
    expect(await readFacts(out)).toEqual(facts)

    const store = openStore({ dir: pathsOf(out).state, mode: 'read' })
    const restored = restoreChain(store, document)
    expect(restored.chain.tables.accounts.size).toBe(ACCOUNTS + OPERATORS)
    expect(toHex(stateRoots(restored.chain.tables).stateRoot)).toBe(facts.stateRoot)
    expect(restored.chain.context.window).toBe(WINDOW)

    const next = openStore({ dir: pathsOf(longer).state, mode: 'read' })
    const envelope = decodeEnvelope(next.windowAt(WINDOW + 1)?.envelope as Uint8Array)
    next.close()
    const valid = (list: readonly unknown[]) => list.map(() => true)
    const signatures = {
      header: true,
      confirmers: valid(envelope.confirmers),
      evidence: valid(envelope.evidence),
      control: [],
    }
    const input = { state: restored.chain, rule: proposerRule(document), ownTimechainValue: undefined }
    expect(acceptEnvelope(input, { envelope, signatures }).ok).toBe(true)
    store.close()
  })

  it('carries at its head what trust from the genesis cohort needs, and a data directory for each operator', async () => {
    const out = join(root, 'cohort')
    const facts = await generate({ accounts: 10, seed: 'y', window: WINDOW, after: 0, out })
    const dataDir = join(root, 'south')
    await placeOperator(out, 'south', dataDir)
    const { nodeId } = await loadIdentity(dataDir)
    const store = openStore({ dir: dataDir, mode: 'read' })
    const { header, evidence } = decodeEnvelope(store.windowAt(WINDOW)?.envelope as Uint8Array)
    const certificate = decodeCertificate(store.certificates.get(WINDOW) as Uint8Array)
    store.close()
    expect(toHex(proposalHash(header.scope))).toBe(facts.proposalHash)
    for (const signed of [evidence, certificate.signers]) {
      expect(signed).toHaveLength(OPERATORS)
      expect(signed.map((one) => toHex(one.nodeId))).toContain(toHex(nodeId))
    }
  })

  it('refuses a folder that holds something', async () => {
    const out = join(root, 'cohort')
    await expect(generate({ accounts: 10, seed: 'y', window: WINDOW, after: 0, out })).rejects.toMatchObject({
      field: 'out',
      exitCode: 78,
    })
  })
})

describe('options of the generator', () => {
  it('have defaults, and name the flag that is wrong', () => {
    const parsed = parseOptions(['--accounts', '12', '--out', 'x'])
    expect(parsed).toEqual({ accounts: 12, out: 'x', seed: '1', window: 256, after: 0, json: false })
    expect(parseOptions(['--help'])).toBeUndefined()
    expect(() => parseOptions(['--out', 'x'])).toThrow('--accounts is missing')
    expect(() => parseOptions(['--accounts', '0', '--out', 'x'])).toThrow("--accounts is '0'")
    expect(() => parseOptions(['--accounts', '5', '--out', 'x', '--nope'])).toThrow('--nope')
  })
})
