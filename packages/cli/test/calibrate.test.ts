import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contextHash, encodeContext, genesisChainState } from '@montana/consensus'
import {
  devnetGenesis,
  encodeGenesisDocument,
  formatGenesisJson,
  type GenesisDocument,
  genesisHash,
  PUBLIC_KEY_BYTES,
  stateRoots,
} from '@montana/ledger'
import { openStore } from '@montana/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const LABELS = ['clock backend', 'chain', 'verify, 1 core', 'production window', 'D for 60 s here', 'verdict']

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'calibrate-'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

async function calibrate(args: string[], environment: Record<string, string> = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MONTANA_'))
  const env = { ...Object.fromEntries(inherited), ...environment }
  const child = spawn(process.execPath, [MAIN, 'clock', 'calibrate', ...args], { cwd: root, env })
  const run = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    run.stdout += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    run.stderr += chunk.toString('utf8')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...run }
}

/** Quiet about a host without SHA instructions. */
const quick = ['--seconds', '1', '--quiet']

function document(d0: number): GenesisDocument {
  const operator = {
    label: 'moscow',
    nodePublicKey: new Uint8Array(PUBLIC_KEY_BYTES).fill(1),
    accountPublicKey: new Uint8Array(PUBLIC_KEY_BYTES).fill(2),
  }
  const genesis = devnetGenesis([operator])
  return { ...genesis, params: { ...genesis.params, d0 } }
}

/** A store whose windows were applied `periodMs` apart; `nextD` is that of a later epoch. */
function writeChain(dir: string, nextD: number, periodMs: number): void {
  const { tables, context } = genesisChainState(document(1000))
  const encoded = encodeContext({ ...context, nextD })
  const hash = new Uint8Array(32)
  const store = openStore({ dir, mode: 'write' })
  store.initialise({
    genesisHash: genesisHash(document(1000)),
    genesisDocument: encodeGenesisDocument(document(1000)),
    tables: [],
    context: encoded,
    stateRoot: stateRoots(tables).stateRoot,
    timechainValue: context.timechainValue,
    contextHash: contextHash(encoded),
  })
  const hashes = { proposalHash: hash, stateRoot: hash, timechainValue: hash, contextHash: hash, cementValue: hash }
  for (let window = 1; window <= 5; window++) {
    const envelope = new Uint8Array(4000)
    const appliedAtMs = 1_000_000 + window * periodMs
    store.commit({ window, ...hashes, envelope, changes: [], context: encoded, appliedAtMs })
  }
  store.close()
}

describe('montana clock calibrate', () => {
  it('prints plain lines in a pipe', async () => {
    const { code, stdout, stderr } = await calibrate(quick)
    expect([code, stderr]).toEqual([0, ''])
    const labels = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(':')[0]?.trimEnd())
    expect(labels.filter((label) => !/^verify, (?!1 )/.test(label ?? ''))).toEqual(LABELS)
    expect(stdout).toMatch(/production window +: \S+ s for D 325000000/)
  })

  it('--json prints one object, judged against --d', async () => {
    const { code, stdout } = await calibrate([...quick, '--d', '4294967295', '--json'])
    expect(code).toBe(0)
    const report = JSON.parse(stdout)
    const { chain, verification, production, network, dForTarget } = report
    expect(chain.slowest).toBeLessThanOrEqual(chain.stepsPerSecond)
    expect(chain.stepsPerSecond).toBeLessThanOrEqual(chain.fastest)
    expect(verification[0]).toMatchObject({ threads: 1, timesChain: expect.any(Number) })
    expect(production.windowSeconds).toBeCloseTo(325_000_000 / chain.stepsPerSecond, 6)
    expect(network).toMatchObject({ source: 'd', d: 4_294_967_295, periodSeconds: null })
    expect(network.windowSeconds).toBeCloseTo(4_294_967_295 / chain.stepsPerSecond, 6)
    expect(dForTarget).toBe(Math.min(4_294_967_295, Math.floor(chain.stepsPerSecond * 60)))
    const isTooSlow = network.windowSeconds > 60
    expect(report).toMatchObject({ verdict: isTooSlow ? 'TOO_SLOW' : 'FAST_ENOUGH', sentence: network.sentence })
  })

  it('reads D from a genesis document', async () => {
    const path = join(root, 'genesis.json')
    writeFileSync(path, formatGenesisJson(document(123_456)))
    const { code, stdout } = await calibrate([...quick, '--genesis', path, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).network).toMatchObject({ source: 'genesis', d: 123_456, isTooSlow: false })
  })

  it('reads the present D and the pace of a chain from a data directory', async () => {
    writeChain(root, 4_000_000_000, 2500)
    const { code, stdout } = await calibrate([...quick, '--data-dir', root, '--json'])
    expect(code).toBe(0)
    const report = JSON.parse(stdout)
    expect(report.network).toMatchObject({ source: 'data-dir', d: 4_000_000_000, periodSeconds: 2.5, isTooSlow: true })
    expect(report.verdict).toBe('TOO_SLOW')
    expect(report.sentence).toMatch(/^too slow by a factor of .* every 2\.5 s; use a faster/)
  })

  it('a directory that only the environment names may be empty', async () => {
    const { code, stdout } = await calibrate([...quick, '--json'], { MONTANA_DATA_DIR: root })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).network).toBeNull()
  })

  it.each([
    [2, 'seconds', ['--seconds', '0']],
    [2, 'seconds', ['--seconds', 'x']],
    [2, 'd', ['--d', '0']],
    [2, 'd', ['--d', '4294967296']],
    [2, 'd', ['--d', '5', '--genesis', 'genesis.json']],
    [78, 'genesis', ['--genesis', 'none.json']],
    [78, 'data-dir', ['--data-dir', '.']],
    [78, 'data-dir', ['--data-dir', 'none']],
  ])('ends with %i and names %s: %j', async (exit, field, args) => {
    const { code, stdout } = await calibrate([...args, '--json'])
    expect(code).toBe(exit)
    expect(JSON.parse(stdout)).toMatchObject({
      error: { field, message: expect.any(String), remedy: expect.any(String) },
    })
  })
})
