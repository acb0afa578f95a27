import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initialiseStore, restoreChain } from '../../src/chain/restore.js'
import { readSignFrom, writeSignFrom } from '../../src/chain/sign-from.js'
import { createSnapshotFile } from '../../src/snapshot-file/create.js'
import { restoreSnapshotFile } from '../../src/snapshot-file/restore.js'
import { readSnapshotInfo, verifySnapshotFile } from '../../src/snapshot-file/verify.js'
import { contentOf, makeSnapshotCase, options, type SnapshotCase, WINDOW } from './support.js'

let made: SnapshotCase
beforeAll(async () => {
  made = await makeSnapshotCase()
})
afterAll(() => made.close())

const create = (over: object) =>
  createSnapshotFile({
    ...options,
    dataDir: made.state,
    file: made.path('x.snap'),
    window: undefined,
    force: false,
    ...over,
  })
const restore = (over: object) =>
  restoreSnapshotFile({ ...options, file: made.file, genesis: made.genesis, dataDir: made.path('r'), ...over })
const pinOf = (window: number, hash = made.proposalHash) => ({ genesis: undefined, pin: { window, hash } })

/** A store of the network at window 0, as a first start leaves it. */
function emptyStore(name: string, signFrom?: number): string {
  const store = openStore({ dir: made.path(name), mode: 'write' })
  initialiseStore(store, made.genesis)
  if (signFrom !== undefined) writeSignFrom(store, signFrom)
  store.close()
  return made.path(name)
}

describe('a snapshot file', () => {
  it('says what it is', async () => {
    const info = await readSnapshotInfo(made.file)
    expect(info).toMatchObject({ schema: 'montana.snapshot/1', network: 'montana-synthetic', window: WINDOW })
    expect(info.counts).toEqual({ account: 604, node: 4, candidate: 0 })
  })

  it('is proven from the genesis, or from a checkpoint, and the report says from which', async () => {
    const byGenesis = await verifySnapshotFile({ ...options, file: made.file, genesis: made.genesis })
    expect(byGenesis.trust).toEqual({ root: 'genesis', window: 0, isOld: false })
    const byPin = await verifySnapshotFile({ ...options, file: made.file, ...pinOf(WINDOW) })
    expect(byPin.trust).toEqual({ root: 'checkpoint', window: WINDOW, isOld: false })
    expect(byGenesis.chunks).toBe(4)
  })

  it('becomes a store with the same state, from which a node starts and stays silent', async () => {
    const dataDir = made.path('fresh')
    const report = await restore({ dataDir })
    expect(report.window).toBe(WINDOW)
    expect(contentOf(dataDir)).toEqual(contentOf(made.state))
    const store = openStore({ dir: dataDir, mode: 'write' })
    const restored = restoreChain(store, made.genesis)
    expect(restored.signFrom).toBeUndefined()
    expect(restored.chain.tables.accounts.size).toBe(604)
    expect(store.stubs('account').dirty()).toEqual([])
    expect(store.staging.target()).toBeUndefined()
    expect(store.reclaim()).toBe(0)
    store.close()
  })

  it('made again from what it became is the same file', async () => {
    const dataDir = made.path('again')
    await restore({ dataDir })
    const [first, second] = [made.path('first.snap'), made.path('second.snap')]
    await create({ file: first })
    await create({ file: second, dataDir })
    expect(Buffer.compare(readFileSync(first), readFileSync(second))).toBe(0)
  })

  it('takes the place of an older store of its network, which forgets from where on it may sign', async () => {
    const dataDir = emptyStore('older', 1)
    await restore({ dataDir })
    expect(contentOf(dataDir)).toEqual(contentOf(made.state))
    const store = openStore({ dir: dataDir, mode: 'read' })
    expect(readSignFrom(store)).toBeUndefined()
    store.close()
  })

  it('is trusted by the members of the store that it replaces, whose tables go', async () => {
    const later = await makeSnapshotCase(300, '1', WINDOW + 1)
    try {
      const dataDir = made.path('behind')
      cpSync(made.state, dataDir, { recursive: true })
      const report = await restore({ file: later.file, dataDir })
      expect(report.trust).toEqual({ root: 'own-table', window: WINDOW, isOld: false })
      expect(contentOf(dataDir)).toEqual(contentOf(later.state))
      const store = openStore({ dir: dataDir, mode: 'write' })
      expect([store.reclaim(), store.snapshotBase(), store.oldestWindow()]).toEqual([0, WINDOW + 1, WINDOW + 1])
      store.close()
    } finally {
      later.close()
    }
  })

  it('mends a store of the same window whose tables are known to be damaged', async () => {
    const dataDir = made.path('damaged')
    cpSync(made.state, dataDir, { recursive: true })
    const damaged = openStore({ dir: dataDir, mode: 'write' })
    damaged.repairs.requireResync('the account table was damaged')
    damaged.close()
    const report = await restore({ dataDir })
    expect(report.trust.root).toBe('genesis')
    expect(contentOf(dataDir)).toEqual(contentOf(made.state))
    const store = openStore({ dir: dataDir, mode: 'read' })
    expect(store.repairs.resync()).toBeUndefined()
    store.close()
  })

  it('is made of one state while the node goes on, and of a window that it keeps frozen', async () => {
    const dataDir = made.path('busy')
    cpSync(made.state, dataDir, { recursive: true })
    const writer = openStore({ dir: dataDir, mode: 'write' })
    const head = writer.head()
    const change = writer.table('account').records(new Uint8Array(32), new Uint8Array(32).fill(255), 1)[0]
    if (!head || !change) throw new Error('a store with an account expected')
    let isCommitted = false
    const commitOnce = () => {
      if (isCommitted) return
      isCommitted = true
      const context = writer.context() as Uint8Array
      const changes = [{ table: 'account' as const, key: change.key, record: null }]
      writer.commit({ ...head, window: head.window + 1, envelope: new Uint8Array(1), context, changes })
    }
    const file = made.path('busy.snap')
    await create({ dataDir, file, onProgress: commitOnce })
    expect(writer.head()?.window).toBe(WINDOW + 1)
    expect((await verifySnapshotFile({ ...options, file, genesis: made.genesis })).window).toBe(WINDOW)
    const frozen = made.path('frozen.snap')
    await create({ dataDir, file: frozen, window: WINDOW })
    expect(Buffer.compare(readFileSync(frozen), readFileSync(file))).toBe(0)
    await expect(create({ dataDir, file: made.path('none.snap') })).rejects.toMatchObject({ field: 'window' })
    writer.close()
  })
})

describe('what is refused', () => {
  it.each([
    ['a file that is there', () => create({ file: made.file }), 'SNAPSHOT_FILE', 78],
    ['a folder', () => create({ file: made.state, force: true }), 'SNAPSHOT_FILE', 78],
    ['a path that cannot be written', () => create({ file: made.path('no/such/x.snap') }), 'SNAPSHOT_FILE', 78],
    ['a window that is not kept', () => create({ window: 3 }), 'SNAPSHOT_NO_STATE', 78],
    ['a directory without a store', () => create({ dataDir: made.path('nothing') }), 'NO_STORE', 78],
    ['a store without a window', () => create({ dataDir: emptyStore('empty') }), 'SNAPSHOT_NO_STATE', 78],
    ['a file that is missing', () => restore({ file: made.path('none') }), 'SNAPSHOT_FILE', 78],
    ['a folder to read', () => restore({ file: made.state }), 'SNAPSHOT_NOT_ONE', 1],
    ['no trust at all', () => restore({ genesis: undefined }), 'CONFIG_INVALID', 78],
    ['a checkpoint of another window', () => restore(pinOf(WINDOW - 1)), 'CONFIG_INVALID', 78],
    ['a checkpoint of another header', () => restore(pinOf(WINDOW, new Uint8Array(32))), 'PIN_MISMATCH', 1],
    ['a store that is as far', () => restore({ dataDir: made.state }), 'SNAPSHOT_OLDER', 78],
  ])('%s', async (_, run, code, exitCode) => {
    await expect(run()).rejects.toMatchObject({ code, exitCode, field: expect.any(String), remedy: expect.any(String) })
  })

  it('a directory that holds something else, but not one with an identity', async () => {
    const dataDir = made.path('foreign')
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'identity.bin'), 'x')
    writeFileSync(join(dataDir, 'thesis.odt'), 'x')
    await expect(restore({ dataDir })).rejects.toMatchObject({ field: 'data-dir', message: /thesis\.odt/ })
    expect(readdirSync(dataDir)).toEqual(['identity.bin', 'thesis.odt'])
    const other = made.path('with-identity')
    mkdirSync(other)
    copyFileSync(join(dataDir, 'identity.bin'), join(other, 'identity.bin'))
    expect((await restore({ dataDir: other })).window).toBe(WINDOW)
  })

  it('another network: of the genesis, and of the store', async () => {
    const foreign = await makeSnapshotCase(10, 'other')
    try {
      const verdict = verifySnapshotFile({ ...options, file: foreign.file, genesis: made.genesis })
      await expect(verdict).rejects.toMatchObject({ code: 'SNAPSHOT_NETWORK', exitCode: 78 })
      const into = restore({ file: foreign.file, genesis: foreign.genesis, dataDir: emptyStore('ours') })
      await expect(into).rejects.toMatchObject({ code: 'STORE_GENESIS_MISMATCH', exitCode: 78 })
    } finally {
      foreign.close()
    }
  })

  it('leaves nothing behind when it is stopped', async () => {
    const controller = new AbortController()
    const file = made.path('stopped.snap')
    const stopped = create({ file, signal: controller.signal, onProgress: () => controller.abort() })
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    expect(readdirSync(made.root).filter((name) => name.startsWith('stopped'))).toEqual([])
  })
})
