import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import {
  appendDrillEvent,
  archiveRun,
  createPoller,
  drillEventSchema,
  type PollerOptions,
  type RunSettings,
  readRunDocument,
  runDocument,
  runDocumentSchema,
  runPaths,
  timeScaleOf,
} from '../src/index.js'
import { filesIn, readRecords, sha256, tempFolder } from './support/fixture.js'

const SETTINGS: RunSettings = { pq_only: true, collector_node: null, claims: [], drills: [] }
const REFUSED = { label: 'moscow', statusUrl: 'http://127.0.0.1:1' }

function options(change: Partial<PollerOptions> = {}): PollerOptions {
  const path = join(tempFolder(), 'soak.jsonl')
  return { path, nodes: [REFUSED], intervalMs: 5_000, run: SETTINGS, ...change }
}

describe('a run document', () => {
  it('is there before the first record, and every record names its bytes and its run', async () => {
    const { path, ...rest } = options()
    const poller = createPoller({ path, ...rest })
    const first = await poller.poll()
    await poller.poll()
    const bytes = readFileSync(runPaths(path).run, 'utf8')
    const document = runDocumentSchema.parse(JSON.parse(bytes))
    expect(document).toMatchObject({
      run_id: first.run_id,
      interval_ms: 5_000,
      deadline_ms: 3_000,
      time_scale: 1,
      nodes: [{ label: 'moscow', host: 'moscow' }],
    })
    expect(Date.parse(document.created_at)).toBeLessThanOrEqual(Date.parse(first.ts))
    for (const record of readRecords(path)) {
      expect([record.run_id, record.collector.config_sha256]).toEqual([document.run_id, sha256(bytes)])
    }
  })

  it('is written even where the first record then cannot be', async () => {
    const { path, ...rest } = options()
    const openAppend = async () => {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    }
    await expect(createPoller({ path, ...rest }, { openAppend }).poll()).rejects.toMatchObject({ code: 'SOAK_ENOSPC' })
    const document = (await readRunDocument(path))?.document
    expect((await createPoller({ path, ...rest }).poll()).run_id).toBe(document?.run_id)
  })

  it('is never made for a file that was begun without one', async () => {
    const { path, ...rest } = options()
    await createPoller({ path, ...rest, run: undefined }).poll()
    await createPoller({ path, ...rest }).poll()
    expect(filesIn(dirname(path))).toEqual(['soak.head.json', 'soak.jsonl'])
  })

  it('refuses a run whose declaration has changed, and names what', async () => {
    const { path, ...rest } = options()
    await createPoller({ path, ...rest }).poll()
    const claims = [{ component: 'Soak watchdog' as const, state: 'claimed' as const, claim: 'live', span_s: 86_400 }]
    const changes: [string, Partial<PollerOptions>][] = [
      ['claims', { run: { ...SETTINGS, claims } }],
      ['interval_ms', { intervalMs: 6_000 }],
      ['pq_only', { run: { ...SETTINGS, pq_only: false } }],
      ['nodes', { nodes: [REFUSED, { label: 'helsinki', statusUrl: REFUSED.statusUrl }] }],
    ]
    for (const [field, change] of changes) {
      const poll = createPoller({ path, ...rest, ...change }).poll()
      await expect(poll).rejects.toMatchObject({ code: 'SOAK_RUN_CHANGED', field, exitCode: 78 })
    }
    expect(readRecords(path)).toHaveLength(1)
  })

  it('that was changed on disk does not end the polling, and shows in the records', async () => {
    const { path, ...rest } = options()
    const before = await createPoller({ path, ...rest }).poll()
    appendFileSync(runPaths(path).run, '}')
    expect((await readRunDocument(path))?.document).toBeUndefined()
    const after = await createPoller({ path, ...rest }).poll()
    expect(after.run_id).toBe(before.run_id)
    expect(after.collector.config_sha256).toBe(sha256(readFileSync(runPaths(path).run, 'utf8')))
    expect(after.collector.config_sha256).not.toBe(before.collector.config_sha256)
  })

  it('refuses drills and a collector that are no nodes of the run, and an id that is there twice', async () => {
    const drill = { id: 'a', kind: 'kill' as const, label: 'moscow', peer: null, window: 5, duration_s: 3 }
    const declare = (settings: Partial<RunSettings>) =>
      runDocument({
        runId: 'r',
        createdAtMs: 0,
        intervalMs: 5_000,
        options: { nodes: [REFUSED] },
        settings: { ...SETTINGS, ...settings },
      })
    await expect(declare({ drills: [drill, { ...drill, id: 'b' }] })).resolves.toMatchObject({ run_id: 'r' })
    await expect(declare({ drills: [{ ...drill, label: 'paris' }] })).rejects.toThrow(ConfigError)
    await expect(declare({ drills: [{ ...drill, peer: 'paris' }] })).rejects.toMatchObject({ field: 'drills.0.peer' })
    await expect(declare({ collector_node: 'paris' })).rejects.toMatchObject({ field: 'collector_node' })
    await expect(declare({ drills: [drill, drill] })).rejects.toThrow("id 'a' twice")
  })

  it('of five-minute polls or slower ones is not compressed', () => {
    expect([5_000, 300_000, 600_000].map(timeScaleOf)).toEqual([60, 1, 1])
  })
})

describe('the drill file', () => {
  const at = (second: number) => `2030-01-01T00:00:0${second}.000Z`

  it('has one line per event, appended', async () => {
    const path = join(tempFolder(), 'soak.jsonl')
    const events = [
      { id: 'kill-moscow-5', from: at(1), to: null },
      { id: 'kill-moscow-5', from: at(1), to: at(4) },
    ]
    for (const event of events) await appendDrillEvent(path, event)
    const lines = readFileSync(runPaths(path).drills, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => drillEventSchema.parse(JSON.parse(line)))).toEqual(events)
  })
})

describe('an earlier run', () => {
  it('is moved away with everything that belongs to it, and nothing else', async () => {
    const folder = tempFolder()
    const path = join(folder, 'soak.jsonl')
    const ours = [
      ...['soak.jsonl', 'soak.head.json', 'soak.run.json', 'soak.drills.jsonl', 'soak-20300101T000000Z-0.jsonl'],
      ...['segments.json', 'torn-7.txt'],
    ]
    const others = ['soak.lock', 'genesis.json', 'soakage.jsonl']
    for (const name of [...ours, ...others]) writeFileSync(join(folder, name), name)
    const head = { run_id: '01234567-89ab', seq: 0, bytes: 1, sha256: '0'.repeat(64) }
    writeFileSync(join(folder, 'soak.head.json'), JSON.stringify(head))
    mkdirSync(join(folder, 'soak-runs'))
    const archive = join(folder, 'soak-runs')
    expect(await archiveRun(path, archive)).toBe(join(archive, '01234567'))
    expect(filesIn(folder)).toEqual([...others, 'soak-runs'].sort())
    expect(filesIn(join(archive, '01234567'))).toEqual([...ours].sort())
    expect(await archiveRun(path, archive)).toBeUndefined()
    writeFileSync(path, 'again')
    writeFileSync(join(folder, 'soak.head.json'), JSON.stringify(head))
    expect(await archiveRun(path, archive)).toBe(join(archive, '01234567-2'))
  })
})
