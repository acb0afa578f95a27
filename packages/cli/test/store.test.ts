import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { devnetGenesis } from '@montana/ledger'
import { initialiseStore } from '@montana/node'
import { openStore } from '@montana/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')

let dataDir: string

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'montana-cli-store-'))
})

afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

/** A store of one operator at window 0. */
function makeStore(): void {
  const operator = {
    label: 'one',
    nodePublicKey: new Uint8Array(1952).fill(1),
    accountPublicKey: new Uint8Array(1952).fill(2),
  }
  const document = devnetGenesis([operator], { proposerRule: 'bootstrap', cementingRule: 'evidence' })
  const store = openStore({ dir: dataDir, mode: 'write' })
  initialiseStore(store, document)
  store.close()
}

function check(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const words = [MAIN, 'store', 'check', '--data-dir', dataDir, ...flags]
  return new Promise((resolve) => {
    execFile(process.execPath, words, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })
}

function flipHeadNote(): void {
  const path = join(dataDir, 'store.head')
  const bytes = readFileSync(path)
  bytes.writeUInt8(bytes.readUInt8(20) ^ 4, 20)
  writeFileSync(path, bytes)
}

describe('montana store check', () => {
  it('exits 1 for a damaged store that it names, and 0 after --repair', async () => {
    makeStore()
    flipHeadNote()
    const damaged = await check('--json')
    expect(damaged.code).toBe(1)
    expect(JSON.parse(damaged.stdout)).toMatchObject({
      sound: false,
      faults: [{ code: 'HEAD_NOTE_DAMAGED', file: 'store.head', mend: 'here', remedy: expect.any(String) }],
    })
    const repaired = await check('--repair')
    expect(repaired).toMatchObject({ code: 0, stdout: expect.stringContaining('repaired: the note of the head') })
    expect(await check()).toMatchObject({ code: 0, stdout: 'verdict: SOUND\n' })
  })

  it('exits 78 without a store, and for a repair while a node runs', async () => {
    expect(await check()).toMatchObject({ code: 78, stderr: expect.stringContaining('holds no store') })
    makeStore()
    const store = openStore({ dir: dataDir, mode: 'write' })
    writeFileSync(join(dataDir, 'identity.bin'), 'no identity', { mode: 0o600 })
    expect(await check('--repair')).toMatchObject({ code: 78, stderr: expect.stringContaining('in use by another') })
    store.close()
  })
})
