import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEnvelope } from '@montana/consensus'
import { encodeIdentity } from '@montana/crypto'
import { openStore } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { locateStores } from '../../src/verify/locate.js'
import type { NodeVerdict, StoresReport, VerifyModules } from '../../src/verify/types.js'
import { verifyStores } from '../../src/verify/verify-stores.js'
import { type BuiltWindow, buildChain, extendChain } from '../support/chain.js'
import { makeWorld, temporaryDirectory, type World } from '../support/world.js'
import { damaged, openLive, verifyModules } from './support.js'

const WINDOWS = 10
let world: World
let template: string
let built: BuiltWindow[]

beforeAll(async () => {
  world = await makeWorld()
  template = mkdtempSync(join(tmpdir(), 'montana-chain-'))
  built = await buildChain(world, [template], { windows: WINDOWS })
})

afterAll(async () => {
  rmSync(template, { recursive: true, force: true })
  await world.crypto.close()
})

function verify(dir: string, more?: Partial<VerifyModules>): Promise<StoresReport> {
  return verifyStores(locateStores(dir), verifyModules(world, more))
}

async function verdictOf(dir: string, more?: Partial<VerifyModules>): Promise<NodeVerdict> {
  const { nodes } = await verify(dir, more)
  const [node] = nodes
  if (!node || nodes.length !== 1) throw new Error('one node expected')
  return node
}

/** `code@window`, each once. */
async function faultsOf(dir: string): Promise<string[]> {
  const { faults } = await verdictOf(dir)
  return [...new Set(faults.map(({ code, window }) => `${code}@${window}`))]
}

describe('a sound store', () => {
  it('is proven from genesis to head', async () => {
    const report = await verify(template)
    expect(report.verdict).toBe('PASS')
    expect(report.nodes).toMatchObject([{ first: 1, last: WINDOWS, gaps: [], faults: [], faultCount: 0 }])
    expect(report.nodes).toMatchObject([{ proven: WINDOWS, recomputed: WINDOWS, certificates: WINDOWS }])
  })

  it('is proven with D as it changed at the end of each epoch', () => {
    expect(new Set(built.map(({ before }) => before.context.nextD)).size).toBeGreaterThan(1)
  })

  it('with nothing but the genesis has no window and no fault', async () => {
    const dir = temporaryDirectory()
    await buildChain(world, [dir], { windows: 0 })
    expect(await verify(dir)).toMatchObject({ verdict: 'PASS', nodes: [{ first: null, last: null, gaps: [] }] })
  })
})

describe('the clock', () => {
  const lie = { windows: 6, steps: (window: number, d: number) => (window === 3 ? d - 1 : d) }

  it('names the window whose value is not D hashes of the one before', async () => {
    const dir = temporaryDirectory()
    await buildChain(world, [dir], lie)
    expect(await faultsOf(dir)).toEqual(['TIMECHAIN_MISMATCH@3'])
  })

  it('is left alone under the policy quorum, and looked at in part under sample', async () => {
    const dir = temporaryDirectory()
    await buildChain(world, [dir], lie)
    expect(await verdictOf(dir, { policy: { kind: 'quorum' } })).toMatchObject({ faultCount: 0, recomputed: 0 })
    const { recomputed } = await verdictOf(template, { policy: { kind: 'sample', segments: 32 } })
    expect(recomputed).toBeGreaterThan(0)
    expect(recomputed).toBeLessThan(WINDOWS)
  })

  it('computes what several nodes hold once', async () => {
    const dir = temporaryDirectory()
    for (const label of ['a', 'b', 'c']) cpSync(template, join(dir, label), { recursive: true })
    let segments = 0
    const { verifySegments } = verifyModules(world)
    const counting: VerifyModules['verifySegments'] = (list, signal) => {
      segments += list.length
      return verifySegments(list, signal)
    }
    const report = await verify(dir, { verifySegments: counting })
    expect(report.nodes.map(({ recomputed }) => recomputed)).toEqual([WINDOWS, WINDOWS, WINDOWS])
    expect(segments).toBe(WINDOWS)
  })
})

describe('a damaged envelope', () => {
  const envelope = (window: number) => ({ table: 'envelopes', column: 'bytes', where: `window = ${window}` })

  it('whose checksum does not fit is named', async () => {
    const dir = damaged(template, (db) => db.flip({ ...envelope(5), at: 100 }))
    const node = await verdictOf(dir)
    expect(node).toMatchObject({ first: 1, last: WINDOWS, gaps: [], faultCount: 1, proven: 4, recomputed: WINDOWS - 1 })
    expect(node.faults).toMatchObject([{ window: 5, code: 'STORE_CORRUPT' }])
  })

  it('with a bad signature of the header is named, and later windows are still proven', async () => {
    const dir = damaged(template, (db) => db.flip({ ...envelope(4), at: 413, digest: true }))
    expect(await faultsOf(dir)).toEqual(['InvalidSignature@4'])
    expect(await verdictOf(dir)).toMatchObject({ proven: WINDOWS - 1 })
  })

  it('with a bad signature of a confirmation in its last list is named', async () => {
    const dir = damaged(template, (db) => db.flip({ ...envelope(7), at: -1, digest: true }))
    const { faults } = await verdictOf(dir)
    expect(faults).toMatchObject([{ window: 7, code: 'InvalidSignature', message: expect.stringContaining('list 2') }])
  })

  it('that breaks a rule is named by the rule, and what hangs on it by the broken link', async () => {
    const dir = damaged(template, (db) => db.flip({ ...envelope(6), at: 172, digest: true }))
    const faults = await faultsOf(dir)
    expect(faults).toContain('InvalidSignature@6')
    expect(faults).toContain('StateRootMismatch@6')
    expect(faults).toContain('STORE_ROW_MISMATCH@6')
    expect(faults).toContain('CERTIFICATE_INVALID@6')
    expect(faults).toContain('PrevHashMismatch@7')
    expect(faults.filter((fault) => fault.endsWith('@5') || fault.endsWith('@8'))).toEqual([])
  })

  it('that is no envelope is named', async () => {
    const dir = damaged(template, (db) => {
      const bytes = db.blob('SELECT bytes AS value FROM envelopes WHERE window = 8')
      db.replace('envelopes', 'window = 8', Uint8Array.of(...bytes, 0))
    })
    expect(await faultsOf(dir)).toEqual(['MalformedEnvelope@8'])
  })

  it('of another type is named', async () => {
    const columns = ['envelopes SET bytes', 'windows SET proposal_hash', 'certificates SET bytes', 'journal SET bytes']
    for (const column of columns) {
      const dir = damaged(template, (db) => db.sql(`UPDATE ${column} = 'text' WHERE window = 8`))
      expect(await faultsOf(dir)).toEqual(['STORE_CORRUPT@8'])
    }
    const context = damaged(template, (db) => db.sql("UPDATE context SET bytes = 'text'"))
    expect(await faultsOf(context)).toEqual([`STORE_CORRUPT@${WINDOWS}`])
    const record = damaged(template, (db) => db.sql("UPDATE node_records SET record = 'text'"))
    expect(await faultsOf(record)).toEqual([`STORE_CORRUPT@${WINDOWS}`])
  })

  it('of another window is named', async () => {
    const dir = damaged(template, (db) => {
      const from = 'FROM envelopes WHERE window = 3'
      db.sql(`UPDATE envelopes SET bytes = (SELECT bytes ${from}), digest = (SELECT digest ${from}) WHERE window = 5`)
    })
    expect(await faultsOf(dir)).toContain('WindowNotSequential@5')
  })
})

describe('a missing row', () => {
  it('is a gap, and what follows is checked by its links', async () => {
    const dir = damaged(template, (db) => {
      for (const table of ['envelopes', 'windows']) db.sql(`DELETE FROM ${table} WHERE window IN (4, 5)`)
      db.flip({ table: 'envelopes', column: 'bytes', where: 'window = 8', at: -1, digest: true })
    })
    const node = await verdictOf(dir)
    expect(node).toMatchObject({ first: 1, last: WINDOWS, gaps: [{ from: 4, to: 5 }], proven: 3, faultCount: 1 })
    expect(node.faults).toMatchObject([{ window: 8, code: 'InvalidSignature' }])
    expect((await verify(dir)).verdict).toBe('FAIL')
  })

  it('at the end, the beginning, or of an envelope alone is a gap too', async () => {
    const dir = damaged(template, (db) => db.sql(`DELETE FROM envelopes WHERE window IN (1, 6, ${WINDOWS})`))
    const gaps = [1, 6, WINDOWS].map((window) => ({ from: window, to: window }))
    expect(await verdictOf(dir)).toMatchObject({ first: 2, last: WINDOWS - 1, gaps, faultCount: 0 })
    expect((await verify(dir)).verdict).toBe('FAIL')
  })

  it('of the hashes beside an envelope is a fault, and the envelope still counts', async () => {
    for (const window of [5, WINDOWS]) {
      const dir = damaged(template, (db) => db.sql(`DELETE FROM windows WHERE window = ${window}`))
      expect(await faultsOf(dir)).toEqual([`STORE_ROW_MISSING@${window}`])
      expect(await verdictOf(dir)).toMatchObject({ last: WINDOWS, gaps: [] })
    }
  })

  it('of a whole head leaves tables that are ahead', async () => {
    const dir = damaged(template, (db) => {
      for (const table of ['envelopes', 'windows']) db.sql(`DELETE FROM ${table} WHERE window = ${WINDOWS}`)
    })
    const faults = await faultsOf(dir)
    expect(faults).toContain(`STORE_CONTEXT_MISMATCH@${WINDOWS - 1}`)
    expect(faults).toContain(`STORE_TABLE_MISMATCH@${WINDOWS - 1}`)
  })
})

describe('stored hashes', () => {
  const columns = ['proposal_hash', 'state_root', 'timechain_value', 'context_hash', 'cement_value', 'cba']

  it.each(columns)('%s is compared with the replay', async (column) => {
    const dir = damaged(template, (db) => db.flip({ table: 'windows', column, where: 'window = 6', at: 3, seal: true }))
    expect(await faultsOf(dir)).toEqual(['STORE_ROW_MISMATCH@6'])
  })

  it('of window 0 too', async () => {
    const dir = damaged(template, (db) =>
      db.flip({ table: 'windows', column: 'state_root', where: 'window = 0', at: 3, seal: true }),
    )
    expect(await faultsOf(dir)).toEqual(['STORE_ROW_MISMATCH@0'])
  })

  it('the genesis document must be the one of the store', async () => {
    const dir = damaged(template, (db) => {
      db.flip({ table: 'meta', column: 'value', where: "key = 'genesis_document'", at: -1, seal: true })
    })
    expect(await faultsOf(dir)).toContain('STORE_GENESIS_MISMATCH@0')
    const invalid = damaged(template, (db) => {
      db.flip({ table: 'meta', column: 'value', where: "key = 'genesis_document'", at: 0, seal: true })
    })
    expect(await faultsOf(invalid)).toEqual(['STORE_GENESIS_INVALID@0'])
  })
})

describe('the end of the store', () => {
  it.each(['account', 'node'] as const)('the %s table must be the replayed one', async (table) => {
    const changed = damaged(template, (db) => db.flipRecord(table, 60))
    expect(await faultsOf(changed)).toEqual([`STORE_TABLE_MISMATCH@${WINDOWS}`])
    const removed = damaged(template, (db) =>
      db.sql(`DELETE FROM ${table}_leaves WHERE tree = (SELECT max(tree) FROM ${table}_leaves)`),
    )
    const { faults } = await verdictOf(removed)
    expect(faults).toMatchObject([{ window: WINDOWS, message: expect.stringContaining('is missing') }])
    const added = damaged(template, (db) => {
      const record = db.blob(`SELECT record AS value FROM ${table}_records LIMIT 1`).fill(0, 0, 32)
      db.sql(`INSERT INTO ${table}_records (tree, record) VALUES (zeroblob(32), ?)`, record)
      db.sql(`INSERT INTO ${table}_leaves SELECT tree, zeroblob(32), id FROM ${table}_records ORDER BY id DESC LIMIT 1`)
    })
    const surplus = await verdictOf(added)
    expect(surplus.faults).toMatchObject([{ window: WINDOWS, message: expect.stringContaining('does not belong') }])
  })

  it('the context must be the replayed one', async () => {
    const flip = { table: 'context', column: 'bytes', where: 'id = 1', at: 200 }
    expect(await faultsOf(damaged(template, (db) => db.flip(flip)))).toEqual([`STORE_CORRUPT@${WINDOWS}`])
    const fitting = damaged(template, (db) => db.flip({ ...flip, digest: true }))
    expect(await faultsOf(fitting)).toEqual([`STORE_CONTEXT_MISMATCH@${WINDOWS}`])
  })

  it('is compared with its head where the replay broke off', async () => {
    const dir = damaged(template, (db) => {
      db.sql('DELETE FROM envelopes WHERE window = 2')
      db.flip({ table: 'context', column: 'bytes', where: 'id = 1', at: 200, digest: true })
      db.flipRecord('node', 60)
    })
    expect(await faultsOf(dir)).toEqual([`STORE_CONTEXT_MISMATCH@${WINDOWS}`, `STORE_TABLE_MISMATCH@${WINDOWS}`])
  })
})

describe('certificates and journal', () => {
  it('a certificate must carry valid signatures', async () => {
    const row = { table: 'certificates', column: 'bytes', where: 'window = 9', digest: true }
    expect(await faultsOf(damaged(template, (db) => db.flip({ ...row, at: -1 })))).toEqual(['CERTIFICATE_INVALID@9'])
    expect(await faultsOf(damaged(template, (db) => db.flip({ ...row, at: 8 })))).toEqual(['CERTIFICATE_INVALID@9'])
    const corrupt = damaged(template, (db) => db.flip({ ...row, at: -1, digest: false }))
    expect(await faultsOf(corrupt)).toEqual(['STORE_CORRUPT@9'])
  })

  it('a certificate must carry a quorum', async () => {
    const dir = damaged(template, (db) => {
      const bytes = db.blob('SELECT bytes AS value FROM certificates WHERE window = 3').slice(0, 76 + 3341)
      bytes[74] = 1
      db.replace('certificates', 'window = 3', bytes)
    })
    const { faults } = await verdictOf(dir)
    const message = expect.stringContaining('below the quorum')
    expect(faults).toMatchObject([{ window: 3, code: 'CERTIFICATE_INVALID', message }])
  })

  it.each(['header', 'vote', 'bc'])('a journal entry of kind %s must be signed and agree', async (kind) => {
    const row = { table: 'journal', column: 'bytes', where: `window = 8 AND kind = '${kind}'` }
    const at = kind === 'header' ? 413 : -1
    const unsigned = damaged(template, (db) => db.flip({ ...row, at, digest: true }))
    expect(await faultsOf(unsigned)).toEqual(['STORE_JOURNAL_INVALID@8'])
    const corrupt = damaged(template, (db) => db.flip({ ...row, at }))
    expect(await faultsOf(corrupt)).toEqual(['STORE_CORRUPT@8'])
    const other = damaged(template, (db) =>
      db.flip({ table: 'journal', column: 'hash', where: row.where, at: 0, seal: true }),
    )
    expect(await faultsOf(other)).toEqual(['STORE_JOURNAL_INVALID@8'])
  })
})

describe('the file itself', () => {
  it('that was cut off is a fault, not a crash', async () => {
    const dir = damaged(template, () => {})
    const { size } = statSync(join(dir, 'store.db'))
    truncateSync(join(dir, 'store.db'), Math.floor(size / 2))
    const report = await verify(dir)
    expect(report.verdict).toBe('FAIL')
    expect(report.nodes[0]?.faults[0]).toMatchObject({ window: null, code: 'STORE_CORRUPT' })
  })

  it('that was overwritten in the middle is a fault of each window that it held', async () => {
    const dir = damaged(template, () => {})
    const path = join(dir, 'store.db')
    const bytes = readFileSync(path)
    bytes.fill(0xa5, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 20_000)
    writeFileSync(path, bytes)
    const { faults } = await verdictOf(dir)
    expect(faults.length).toBeGreaterThan(0)
    expect(faults.every(({ code }) => code.startsWith('STORE_') || code === 'MalformedEnvelope')).toBe(true)
  })
})

describe('several nodes', () => {
  function devnet(): string {
    const dir = temporaryDirectory()
    for (const label of ['helsinki', 'frankfurt']) cpSync(template, join(dir, label), { recursive: true })
    return dir
  }

  it('are labelled by their folders, ascending', async () => {
    const dir = devnet()
    mkdirSync(join(dir, 'logs'))
    const report = await verify(dir)
    expect(report).toMatchObject({ verdict: 'PASS', nodes: [{ label: 'frankfurt' }, { label: 'helsinki' }] })
  })

  const codes = ({ nodes }: StoresReport, label: string) => {
    const node = nodes.find((one) => one.label === label)
    return node?.faults.map(({ code, window }) => `${code}@${window}`)
  }
  const lie = { windows: 4, steps: (window: number, d: number) => (window === 3 ? d - 1 : d) }

  it('must hold one history; the odd one out is named', async () => {
    const dir = devnet()
    await buildChain(world, [join(dir, 'forked')], lie)
    const report = await verify(dir)
    expect(report.verdict).toBe('FAIL')
    expect(codes(report, 'forked')).toEqual(['STATE_DIVERGED@3', 'TIMECHAIN_MISMATCH@3', 'STATE_DIVERGED@4'])
    expect(codes(report, 'frankfurt')).toEqual([])
  })

  it('are both named when they are only two', async () => {
    const dir = temporaryDirectory()
    cpSync(template, join(dir, 'a'), { recursive: true })
    await buildChain(world, [join(dir, 'b')], lie)
    const report = await verify(dir)
    expect(codes(report, 'a')).toEqual(['STATE_DIVERGED@3', 'STATE_DIVERGED@4'])
    expect(codes(report, 'b')).toContain('STATE_DIVERGED@3')
  })

  it('of two networks are told apart', async () => {
    const dir = devnet()
    const document = { ...world.document, networkName: 'another' }
    await buildChain({ ...world, document }, [join(dir, 'stranger')], { windows: 2 })
    expect(codes(await verify(dir), 'stranger')).toContain('STATE_DIVERGED@0')
  })

  it('include one that lost its store', async () => {
    const dir = devnet()
    mkdirSync(join(dir, 'moscow'))
    writeFileSync(join(dir, 'moscow', 'identity.bin'), 'x')
    const report = await verify(dir)
    expect(report.verdict).toBe('FAIL')
    expect(report.nodes[2]).toMatchObject({
      label: 'moscow',
      first: null,
      faults: [{ window: null, code: 'NO_STORE' }],
    })
  })
})

describe('finding stores', () => {
  const noStore = (dir: string) => {
    return expect.objectContaining({
      code: 'NO_STORE',
      exitCode: 78,
      field: 'data-dir',
      message: expect.stringContaining(dir),
      remedy: expect.any(String),
    })
  }

  it('fails with one clear error where there is none, and creates nothing', () => {
    const dir = temporaryDirectory()
    expect(() => locateStores(dir)).toThrow(noStore(dir))
    expect(() => locateStores(join(dir, 'absent'))).toThrow(noStore(join(dir, 'absent')))
    mkdirSync(join(dir, 'child'))
    writeFileSync(join(dir, 'child', 'store.lock'), '')
    expect(() => locateStores(dir)).toThrow(noStore(dir))
    expect(readdirSync(dir)).toEqual(['child'])
  })

  it('fails the same way where a database was made but never filled', async () => {
    const dir = temporaryDirectory()
    openStore({ dir, mode: 'write' }).close()
    await expect(verify(dir)).rejects.toThrow(expect.objectContaining({ code: 'NO_STORE', exitCode: 78 }))
  })

  it('labels a single node by its operator in the genesis, else by its folder', async () => {
    const dir = damaged(template, () => {})
    expect(dir.endsWith((await verdictOf(dir)).label)).toBe(true)
    const second = world.members[1].identity
    writeFileSync(join(dir, 'identity.bin'), await encodeIdentity(second), { mode: 0o600 })
    expect(await verdictOf(dir)).toMatchObject({ label: 'two' })
  })
})

describe('the reader', () => {
  const fingerprint = (dir: string) => {
    return readdirSync(dir)
      .sort()
      .map((name) => `${name} ${statSync(join(dir, name), { bigint: true }).mtimeNs}`)
  }

  it('writes nothing, not even in a directory that it may not write', async () => {
    const dir = damaged(template, () => {})
    chmodSync(dir, 0o500)
    const before = fingerprint(dir)
    expect((await verify(dir)).verdict).toBe('PASS')
    expect(fingerprint(dir)).toEqual(before)
    chmodSync(dir, 0o700)
  })

  it('proves the store of a node that was killed, windows in the log included', async () => {
    const live = temporaryDirectory()
    await openLive(world, live, 3)
    const copy = temporaryDirectory()
    cpSync(live, copy, { recursive: true })
    const before = fingerprint(copy)
    expect(await verdictOf(copy)).toMatchObject({ first: 1, last: 3, faultCount: 0, proven: 3 })
    expect(fingerprint(copy)).toEqual(before)
  })

  it('follows a node that goes on committing', async () => {
    const dir = temporaryDirectory()
    const { store, built: first } = await openLive(world, dir, 3)
    const last = first[2]
    if (!last) throw new Error('three windows expected')
    const { evidence } = decodeEnvelope(last.envelope)
    const more = extendChain(world, [store], last.after, { windows: 3 }, evidence)
    const [node] = await Promise.all([verdictOf(dir), more])
    expect(node.faults).toEqual([])
    expect(node.last).toBeGreaterThanOrEqual(3)
    expect(await verdictOf(dir)).toMatchObject({ last: 6, faultCount: 0 })
  })

  it('goes on when a node starts and stops on a store that was stopped', async () => {
    const dir = damaged(template, () => {})
    let opened = 0
    const open = () => {
      opened++
      return openStore({ dir, mode: 'read' })
    }
    const onProgress = ({ window }: { window: number }) => {
      if (window !== 3 || opened > 1) return
      const store = openStore({ dir, mode: 'write' })
      const certificate = store.certificates.get(3)
      if (certificate) store.certificates.put(3, certificate)
      store.close()
    }
    const { nodes } = await verifyStores([{ label: 'a', open }], verifyModules(world, { onProgress }))
    expect(nodes).toMatchObject([{ last: WINDOWS, faultCount: 0, proven: WINDOWS }])
    expect(opened).toBe(2)
  })

  it('refuses a store of a newer release with one clear error', async () => {
    const dir = damaged(template, (db) => db.database.exec('PRAGMA user_version = 99'))
    await expect(verify(dir)).rejects.toThrow(expect.objectContaining({ code: 'STORE_SCHEMA_NEWER', exitCode: 78 }))
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const seen: number[] = []
    const onProgress = ({ window }: { window: number }) => {
      seen.push(window)
      if (window === 4) stop.abort()
    }
    await expect(verify(template, { signal: stop.signal, onProgress })).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    )
    expect(Math.max(...seen)).toBe(4)
  })
})
