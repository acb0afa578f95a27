import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { digestSchema } from '../../src/digest/schema.js'
import { counterOfCell } from '../../src/legacy/doubled.js'
import { digestsOfSnapshot } from '../../src/legacy/error-lines.js'
import { salvagedNodes } from '../../src/legacy/salvage.js'
import { snapshotToRunData } from '../../src/legacy/snapshot.js'
import { loadSnapshot, type Snapshot, snapshotJsonSchema } from '../../src/legacy/snapshot-schema.js'
import { runDocumentSchema } from '../../src/run/schema.js'
import { tempFolder } from '../support/fixture.js'

const FOUNDING = join(import.meta.dirname, '..', 'fixtures', 'founding', 'snapshot.json')
const OPTIONS = { thresholds: { version: 'v1', sha256: '0'.repeat(64) } }
const TAKEN_MS = Date.UTC(2026, 4, 21, 19, 40, 2)

async function founding(): Promise<Snapshot> {
  return (await loadSnapshot(FOUNDING)).snapshot
}

describe('a transcription', () => {
  it('gives two moments with what was printed of each node', async () => {
    const { data } = snapshotToRunData(await founding(), OPTIONS)
    expect(data.polls).toMatchObject([
      { seq: 0, tsMs: TAKEN_MS, headWindow: 75849, headLabel: 'moscow' },
      { seq: 1, tsMs: TAKEN_MS, headWindow: 75851, headLabel: 'moscow' },
    ])
    const helsinki = data.nodes.find(({ label }) => label === 'helsinki')
    expect(helsinki?.samples).toMatchObject([
      { window: 75787, lag: 62, uptimeS: 947, load1: 7.68, cores: 1, swapUsed: 581 * 2 ** 20, phase: 'CandidateVdf' },
      { window: 75787, lag: 64, rss: 3 * 2 ** 20, instance: null, diskFree: null, headerHash: null },
    ])
    expect(helsinki?.intervals).toMatchObject([
      {
        peer: null,
        ok: 91416,
        closed: 610,
        dialErr: 0,
        seconds: 3600,
        connectedS: 10800,
        doubled: ['dialErr'],
        isTrusted: true,
      },
    ])
  })

  it('turns uptimes into minutes and seconds', async () => {
    const { data } = snapshotToRunData(await founding(), OPTIONS)
    const uptimes = data.nodes.map(({ samples }) => samples[0]?.uptimeS ?? 0)
    expect(uptimes.map((s) => `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`)).toEqual([
      '15:08',
      '10:45',
      '15:47',
      '13:26',
    ])
  })

  it('marks both counts of armenia untrusted', async () => {
    const { data } = snapshotToRunData(await founding(), OPTIONS)
    const armenia = data.nodes.find(({ label }) => label === 'armenia')
    expect(armenia?.intervals.map(({ ok, seconds, isTrusted }) => [ok, seconds, isTrusted])).toEqual([
      [2194, 3600, false],
      [2204, 300, false],
    ])
  })

  it('expects a day of polls and has none without the soak file', async () => {
    const { data, unknown } = snapshotToRunData(await founding(), OPTIONS)
    expect(data.quality).toMatchObject({ expected: 288, valid: 0, coverage: 0, missing: 288 })
    expect(unknown).toContain('The soak file is not at hand: its records cannot be counted.')
  })

  it('makes a run document with claims over 24 h and 1 h', async () => {
    const { run } = snapshotToRunData(await founding(), OPTIONS).data
    expect(runDocumentSchema.parse(run)).toEqual(run)
    expect(run).toMatchObject({ collector_node: 'moscow', pq_only: true, interval_ms: 300_000 })
    expect(run.claims.flatMap(({ span_s }) => span_s ?? [])).toEqual([86_400, 3_600])
  })

  it('takes the rows that say live, active, closed or verified, and the closing words, as passes', async () => {
    const { priorPasses } = snapshotToRunData(await founding(), OPTIONS).data
    expect(priorPasses.some(({ text }) => text.startsWith('M7 fast-sync'))).toBe(false)
    expect(priorPasses.some(({ text }) => text.startsWith('DEV-012 follower drift fix: **closed**'))).toBe(true)
  })
})

describe('error lines', () => {
  it('become digests', async () => {
    const digests = digestsOfSnapshot(await founding())
    for (const digest of digests) expect(digestSchema.parse(digest)).toEqual(digest)
    const [moscow, frankfurt, helsinki] = digests
    expect(moscow?.units).toMatchObject([{ exits: 5341, restarts: 5340, timeouts: 0 }])
    expect(moscow?.entries.map(({ code, count }) => [code, count]).slice(0, 5)).toEqual([
      ['UNCODED', 5341],
      ['UNIT_EXIT', 5341],
      ['EACCES', 5339],
      ['UNCODED', 5],
      ['ENOSPC', 2],
    ])
    expect(moscow?.from).toBe('2026-05-20T19:40:02.000Z')
    expect(frankfurt?.units).toEqual([])
    expect(helsinki?.units).toMatchObject([{ exits: 0, timeouts: 3 }])
  })

  it('that differ in their window number are one', async () => {
    const frankfurt = digestsOfSnapshot(await founding())[1]
    expect(frankfurt?.entries).toHaveLength(4)
    expect(frankfurt?.entries[1]).toMatchObject({ count: 10, window_min: 82119, window_max: 82123, code: 'UNCODED' })
    expect(frankfurt?.entries[1]?.template).toMatch(/^\[active W=<num>\] singleton невозможен/)
    expect(frankfurt?.unattributed).toBe(602 + 6 + 6 + 10)
  })
})

describe('cells and fragments', () => {
  it.each([
    ['610', 610, false],
    ['0\n?', 0, true],
    ['0\n0', 0, true],
    ['?', null, false],
    ['', null, false],
    ['0\n?\n?', null, false],
  ])('reads %j', (cell, value, isDoubled) => {
    expect(counterOfCell(cell)).toEqual({ value, isDoubled })
  })

  it('keeps of fragments the nodes that are whole', async () => {
    const { soak } = await founding()
    expect(salvagedNodes(soak.last_lines)).toMatchObject([
      {
        label: 'armenia',
        hb_5m: { value: 2204, isDoubled: false },
        err_5m: { value: 0, isDoubled: true },
        closed_5m: { value: 4 },
      },
    ])
    expect(salvagedNodes(soak.last_lines.slice(0, 2))).toEqual([])
  })
})

describe('loading a transcription', () => {
  it('follows the published schema', async () => {
    const file = join(import.meta.dirname, '..', '..', 'schema', 'montana.snapshot-1.schema.json')
    expect(JSON.parse(readFileSync(file, 'utf8')), 'run: node soak/schema/write.mjs').toEqual(snapshotJsonSchema())
    const validate = new Ajv2020({ validateFormats: false }).compile(snapshotJsonSchema())
    expect(validate(await founding())).toBe(true)
    expect(validate({ ...(await founding()), resources: [{ label: 'a' }] })).toBe(false)
  })

  function written(text: string): string {
    const path = join(tempFolder(), 'snapshot.json')
    writeFileSync(path, text)
    return path
  }

  it.each([
    ['not JSON', '{'],
    ['wrong at schema: Invalid input', '{}'],
  ])('refuses what is %s', async (fault, text) => {
    await expect(loadSnapshot(written(text))).rejects.toMatchObject({
      exitCode: 78,
      message: expect.stringContaining(fault),
    })
  })

  it('refuses an address in place of a label', async () => {
    const text = JSON.stringify({ ...(await founding()), orchestrator: '203.0.113.7' })
    await expect(loadSnapshot(written(text))).rejects.toMatchObject({
      message: expect.stringMatching(/snapshot\.json is wrong at orchestrator: is an address$/),
    })
  })

  it('refuses a missing file', async () => {
    await expect(loadSnapshot(join(tempFolder(), 'snapshot.json'))).rejects.toMatchObject({ exitCode: 78 })
  })

  it('names the field at fault', async () => {
    const snapshot = await founding()
    const [row] = snapshot.state
    const broken = { ...snapshot, state: [{ ...row, up_since: 'Thu 2026-05-21 22:24:54 MSK' }] }
    await expect(loadSnapshot(written(JSON.stringify(broken)))).rejects.toMatchObject({
      message: expect.stringContaining('state.0.up_since'),
    })
  })
})
