import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, UsageError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { type LegacyOptions, parseLegacyClock } from '../../src/legacy/options.js'
import { qualityOf } from '../../src/legacy/quality.js'
import { readLegacy } from '../../src/legacy/read.js'
import { verifyLegacy } from '../../src/legacy/verify.js'
import { createReport } from '../../src/report/create.js'
import { sha256, tempFolder } from '../support/fixture.js'
import { fourNodes, seedNode, seedRecord } from './torn.js'

const START_MS = Date.UTC(2026, 4, 21, 19)
const FIVE_MIN_MS = 300_000
const OPTIONS: LegacyOptions = { thresholds: { version: 'v1', sha256: '0'.repeat(64) }, judgedAtMs: START_MS }

function file(...records: readonly string[]): string {
  const path = join(tempFolder(), 'soak.jsonl')
  writeFileSync(path, records.join(''))
  return path
}

describe('reading old files', () => {
  it('gives samples, lag, intervals and the count of what was torn', async () => {
    const nodes = fourNodes(8).map((node, i) => ({ ...node, window: 100 - i }))
    const text = seedRecord(nodes)
    const { data, unknown, inputs } = await readLegacy([file(text, 'lost\n', text)], OPTIONS)
    expect(data.quality).toMatchObject({
      valid: 2,
      repaired: 2,
      corrupt: 1,
      expected: null,
      coverage: null,
      isLegacy: true,
    })
    expect(data.quality.defects.map(({ line, kind, seq }) => [line, kind, seq])).toEqual([
      [1, 'torn', 0],
      [10, 'torn', null],
      [11, 'torn', 1],
    ])
    expect(data.polls.map(({ seq, tsMs, headWindow, headLabel }) => [seq, tsMs, headWindow, headLabel])).toEqual([
      [0, null, 100, 'moscow'],
      [1, null, 100, 'moscow'],
    ])
    expect(data.nodes.map(({ samples }) => samples[1]?.lag)).toEqual([0, 1, 2, 3])
    expect(data.nodes[0]?.intervals[1]).toMatchObject({
      ok: 180,
      closed: 0,
      seconds: 300,
      connectedS: 900,
      isTrusted: true,
    })
    expect(data.nodes[0]?.intervals[1]?.doubled).toEqual(['closed', 'dialErr'])
    expect(unknown).toContain('Records carry no time and no sequence: only their order in the file is known.')
    expect(inputs).toMatchObject([
      { kind: 'soak', file: 'soak.jsonl', lines: 19, sha256: sha256(`${text}lost\n${text}`) },
    ])
  })

  it('does not trust a heartbeat count that was itself rebuilt', async () => {
    const { data } = await readLegacy([file(seedRecord([seedNode('a', { hb_5m: 0 }), seedNode('b')]))], OPTIONS)
    expect(data.nodes.map(({ intervals }) => intervals.map(({ isTrusted, ok }) => [ok, isTrusted]))).toEqual([
      [[0, false]],
      [[180, true]],
    ])
  })

  it('has the times that the user vouches for, and says so', async () => {
    const clock = { startMs: START_MS, intervalMs: FIVE_MIN_MS }
    const { data, unknown } = await readLegacy([file(seedRecord(fourNodes(8)).repeat(3))], { ...OPTIONS, clock })
    expect(data.polls.map(({ tsMs }) => tsMs)).toEqual([0, 1, 2].map((i) => START_MS + i * FIVE_MIN_MS))
    expect([data.fromMs, data.toMs]).toEqual([START_MS, START_MS + 2 * FIVE_MIN_MS])
    expect(data.nodes[0]?.intervals[2]).toMatchObject({ fromMs: START_MS + FIVE_MIN_MS, toMs: data.toMs })
    // Times that follow from positions cannot show that a poll is missing.
    expect(data.quality).toMatchObject({ expected: null, coverage: null, gaps: [] })
    expect(unknown[0]).toContain('given by the user')
  })

  it('finds gaps and repetitions by the times of the records', async () => {
    const at = (minute: number) =>
      seedRecord(fourNodes(0)).replace('{', `{"ts":"2026-05-21T19:${String(minute).padStart(2, '0')}:00Z",`)
    const { data } = await readLegacy([file(at(0), at(5), at(5), at(25))], OPTIONS)
    expect(data.quality).toMatchObject({ expected: 6, valid: 3, duplicate: 1, missing: 3, coverage: 0.5, defects: [] })
    expect(data.quality.gaps).toMatchObject([{ missingPolls: 3, toMs: START_MS + 25 * 60_000 }])
  })

  it('expects 288 polls of a claim of 24 hours', async () => {
    const claims = [{ component: 'Soak watchdog' as const, state: 'claimed' as const, claim: '24 h', span_s: 86_400 }]
    const { data } = await readLegacy([file(seedRecord(fourNodes(0)))], { ...OPTIONS, claims })
    expect(data.quality).toMatchObject({ expected: 288, valid: 1, missing: 287, coverage: 1 / 288 })
  })

  it('takes a window of 0 as not read, and a stopped unit as unreachable', async () => {
    const nodes = [seedNode('a', { window: 0 }), seedNode('b', { active: 'failed', window: 7 }), seedNode('c')]
    const { data } = await readLegacy([file(seedRecord(nodes))], OPTIONS)
    expect(data.nodes.map(({ samples: [sample] }) => [sample?.reachable, sample?.window, sample?.lag])).toEqual([
      [true, null, null],
      [false, null, null],
      [true, 100, 0],
    ])
    expect(data.nodes[1]?.samples[0]?.error).toBe('unit state failed')
  })

  it('shows no address', async () => {
    const nodes = [seedNode('a', { host: '203.0.113.7' }), seedNode('203.0.113.8', { host: '[2001:db8::1]:22' })]
    const read = await readLegacy([file(seedRecord(nodes))], OPTIONS)
    expect(read.data.run.nodes).toEqual([
      { label: 'a', host: 'a' },
      { label: 'node-2', host: 'node-2' },
    ])
    expect(JSON.stringify(read)).not.toMatch(/203\.0|2001:db8/)
  })

  it('survives bytes that are no text and lines without end', async () => {
    const path = join(tempFolder(), 'soak.jsonl')
    const whole = Buffer.from(seedRecord(fourNodes(8)))
    const noise = Buffer.alloc(3 * 2 ** 20, 0xff)
    writeFileSync(path, Buffer.concat([Buffer.from('{"nodes":[\n'), noise, Buffer.from('\n'), whole]))
    const { data } = await readLegacy([path], OPTIONS)
    expect(data.quality).toMatchObject({ valid: 1, corrupt: 2, repaired: 1 })
  })

  it('counts more than a year of polls', () => {
    const records = Array.from({ length: 150_000 }, (_, seq) => {
      const tsMs = START_MS + seq * FIVE_MIN_MS
      return { seq, tsMs, record: { tsMs, nodes: [] } }
    })
    const quality = qualityOf(records, { corrupt: 0, repaired: 0, defects: [] }, [], FIVE_MIN_MS)
    expect(quality).toMatchObject({ expected: 150_000, valid: 150_000, coverage: 1, gaps: [] })
  })

  it('is no proof of a watch without a chain, however whole it looks', async () => {
    const at = (i: number) => new Date(START_MS + i * FIVE_MIN_MS).toISOString()
    const whole = Array.from({ length: 289 }, (_, i) => seedRecord(fourNodes(0)).replace('{', `{"ts":"${at(i)}",`))
    const { rows } = await createReport({
      files: [file(...whole)],
      ...{ legacy: {}, generatedAt: at(289), command: '', build: '' },
    })
    const watchdog = rows.find(({ component }) => component === 'Soak watchdog')
    expect(watchdog).toMatchObject({
      verdict: 'INSUFFICIENT',
      reasons: ['the records have no chain that shows an edit'],
    })
    expect(rows.filter(({ verdict }) => verdict === 'PASS')).toEqual([])
  })

  it('refuses a file that is not there', async () => {
    const path = join(tempFolder(), 'none.jsonl')
    await expect(readLegacy([path], OPTIONS)).rejects.toThrow(ConfigError)
    await expect(verifyLegacy([path])).rejects.toMatchObject({
      exitCode: 78,
      message: 'none.jsonl cannot be read: ENOENT',
    })
  })

  it('stops when asked to', async () => {
    const signal = AbortSignal.abort()
    await expect(readLegacy([file(seedRecord(fourNodes(8)))], { ...OPTIONS, signal })).rejects.toThrow(/abort/i)
  })
})

describe('verifying old files', () => {
  it('finds nothing in whole records', async () => {
    const path = file(seedRecord(fourNodes(0)).repeat(2))
    expect(await verifyLegacy([path])).toEqual({ verdict: 'OK', records: 2, defects: [] })
  })

  it('names each torn record and each stretch that cannot be joined', async () => {
    const torn = file(seedRecord(fourNodes(0)), seedRecord(fourNodes(4)))
    const broken = file('{"a":1}\n{"nodes":[\n')
    expect(await verifyLegacy([torn, broken])).toEqual({
      verdict: 'DEFECT',
      records: 2,
      defects: [
        { file: 'soak.jsonl', line: 2, seq: 1, kind: 'torn' },
        { file: 'soak.jsonl', line: 1, seq: null, kind: 'schema' },
        { file: 'soak.jsonl', line: 2, seq: null, kind: 'torn' },
      ],
    })
  })
})

describe('the flags for times', () => {
  it('are of use together', () => {
    expect(parseLegacyClock(undefined, undefined)).toBeUndefined()
    expect(parseLegacyClock('2026-05-21T19:00:00Z', '5m')).toEqual({ startMs: START_MS, intervalMs: FIVE_MIN_MS })
  })

  it.each([
    ['2026-05-21T19:00:00Z', undefined],
    [undefined, '5m'],
    ['2026-05-21T19:00:00', '5m'],
    ['2026-13-21T19:00:00Z', '5m'],
    ['2026-05-21T19:00:00Z', '0s'],
    ['2026-05-21T19:00:00Z', '5'],
  ])('%s and %s are refused', (start, interval) => {
    expect(() => parseLegacyClock(start, interval)).toThrow(UsageError)
  })
})
