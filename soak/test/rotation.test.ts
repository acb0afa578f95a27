import {
  appendFileSync,
  copyFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { seededRandom } from '@montana/foundation'
import { beforeEach, describe, expect, it } from 'vitest'
import { createPoller, type PollerModules, type PollerOptions, readSoakRecords, verifySoak } from '../src/index.js'
import { expire } from '../src/journal/rotate.js'
import { startChild } from './support/children.js'
import { faulty } from './support/faults.js'
import { filesIn, servedNode, tempFolder } from './support/fixture.js'

const DAY_MS = 86_400_000
const NOON_MS = Date.parse('2026-11-25T12:46:32.000Z')

let path: string
let spoolDir: string
let statusUrl: string

beforeEach(async () => {
  path = join(tempFolder(), 'soak.jsonl')
  spoolDir = tempFolder()
  statusUrl = (await servedNode('moscow')).statusUrl
})

async function pollAt(wallMs: number, options: Partial<PollerOptions> = {}, modules: PollerModules = {}) {
  const time = { wallMs: () => wallMs, monotonicMs: () => performance.now() }
  const nodes = [{ label: 'moscow', statusUrl }]
  return await createPoller({ path, spoolDir, nodes, ...options }, { time, ...modules }).poll()
}

async function seqs(): Promise<number[]> {
  const read: number[] = []
  for await (const { record } of readSoakRecords([path])) read.push(record.seq)
  return read
}

const folder = () => filesIn(dirname(path))
const index = () => JSON.parse(readFileSync(join(dirname(path), 'soak.segments.json'), 'utf8'))
const ok = (records: number) => ({ verdict: 'OK', records, defects: [] })

describe('rotation', () => {
  it('at midnight UTC: the chain runs on, and the index says what was rotated', async () => {
    await pollAt(NOON_MS)
    await pollAt(NOON_MS + 60_000)
    expect(await pollAt(NOON_MS + DAY_MS / 2)).toMatchObject({ seq: 2 })
    expect(folder()).toEqual(['soak-20261125T124632Z-0.jsonl', 'soak.head.json', 'soak.jsonl', 'soak.segments.json'])
    const [segment] = index().segments
    const text = readFileSync(join(dirname(path), segment.file), 'utf8')
    expect(segment).toMatchObject({ first_seq: 0, last_seq: 1, lines: 2, bytes: text.length, removed_at: null })
    expect(JSON.parse(readFileSync(path, 'utf8')).prev).toBe(segment.last_sha256)
    expect(await seqs()).toEqual([0, 1, 2])
    expect(await verifySoak([path])).toMatchObject(ok(3))
  })

  it('before the file grows beyond its limit, again and again', async () => {
    for (let poll = 0; poll < 7; poll++) await pollAt(NOON_MS + poll * 60_000, { rotateBytes: 7000 })
    expect(folder().filter((name) => name.startsWith('soak-')).length).toBeGreaterThan(1)
    for (const { bytes } of index().segments) expect(bytes).toBeLessThanOrEqual(7000)
    expect(await seqs()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(await verifySoak([path])).toMatchObject(ok(7))
  })

  it('keeps run, slot, interval and the five-minute counters', async () => {
    const first = await pollAt(NOON_MS, { intervalMs: 60_000, rotateBytes: 1 })
    for (let poll = 1; poll < 6; poll++) {
      const record = await pollAt(NOON_MS + poll * 60_000, { rotateBytes: 1 })
      expect(record).toMatchObject({ run_id: first.run_id, slot: poll, interval_ms: 60_000 })
      expect(record.nodes[0]?.span_reason).toBe(poll < 5 ? 'first' : null)
    }
  })

  it('is put off while a file of that name stands in the way', async () => {
    await pollAt(NOON_MS)
    const copy = join(dirname(path), 'soak-20261125T124632Z-0.jsonl')
    writeFileSync(copy, 'mine')
    await pollAt(NOON_MS + DAY_MS)
    expect(readFileSync(copy, 'utf8')).toBe('mine')
    expect(readFileSync(path, 'utf8').split('\n').length).toBe(3)
  })

  it('moves a torn rest away first', async () => {
    await pollAt(NOON_MS)
    appendFileSync(path, 'torn')
    expect(await pollAt(NOON_MS + DAY_MS)).toMatchObject({ seq: 1, repaired_bytes: 4 })
    expect(readFileSync(join(dirname(path), 'torn-1.txt'), 'utf8')).toBe('torn')
    expect(await verifySoak([path])).toMatchObject(ok(2))
  })

  it('carries a broken chain along, so that the edited line keeps its name', async () => {
    await pollAt(NOON_MS)
    await pollAt(NOON_MS + 60_000)
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"lag":0(?=[^\n]*\n$)/, '"lag":7'))
    await pollAt(NOON_MS + DAY_MS)
    const [segment] = index().segments
    expect((await verifySoak([path])).defects).toEqual([{ file: segment.file, line: 2, seq: 1, kind: 'chain_break' }])
  })
})

describe('a reader', () => {
  it('is not disturbed by polls and a rotation on the way', async () => {
    for (let day = 0; day < 2; day++) for (let poll = 0; poll < 2; poll++) await pollAt(NOON_MS + day * DAY_MS + poll)
    const reader = readSoakRecords([path])
    const read: number[] = []
    for await (const { record } of reader) {
      read.push(record.seq)
      if (read.length === 1) for (let day = 2; day < 4; day++) await pollAt(NOON_MS + day * DAY_MS)
    }
    expect(read).toEqual([0, 1, 2, 3])
    expect(reader.quality).toMatchObject({ defects: [], notes: [] })
    expect(await seqs()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('that is left early leaves nothing open', async () => {
    await pollAt(NOON_MS)
    await pollAt(NOON_MS + DAY_MS)
    for await (const { record } of readSoakRecords([path])) if (record.seq === 0) break
    // The runtime closes a file that is let go of in its own time.
    await expect.poll(openRecords).toEqual([])
  })

  it('has the file open that it reads', async () => {
    await pollAt(NOON_MS)
    for await (const { record } of readSoakRecords([path])) {
      expect(record.seq).toBe(0)
      expect(openRecords()).not.toEqual([])
    }
  })

  /** Of this folder only: connections of the process open and close when they like. */
  const openRecords = () =>
    readdirSync('/proc/self/fd')
      .map(target)
      .filter((file) => file.startsWith(dirname(path)))
})

/** Empty for a descriptor that is gone by now. */
function target(descriptor: string): string {
  try {
    return readlinkSync(join('/proc/self/fd', descriptor))
  } catch {
    return ''
  }
}

describe('retention', () => {
  it('removes whole old files, and says so', async () => {
    for (let day = 0; day < 5; day++) await pollAt(NOON_MS + day * DAY_MS, { retentionDays: 2 })
    const { segments } = index()
    expect(segments.map(({ removed_at }: { removed_at: unknown }) => removed_at !== null)).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(folder()).not.toContain(segments[0].file)
    expect(await verifySoak([path])).toEqual({
      ...ok(4),
      warnings: [],
      notes: [{ file: segments[0].file, line: null, seq: 0, kind: 'segments_removed' }],
    })
  })

  it('counts from the newest file: a wall clock that is years ahead costs nothing', async () => {
    for (let day = 0; day < 3; day++) await pollAt(NOON_MS + day * DAY_MS, { retentionDays: 2 })
    await pollAt(NOON_MS + 5000 * DAY_MS, { retentionDays: 2 })
    expect(await seqs()).toEqual([0, 1, 2, 3])
    expect(expire([], 1)).toEqual([])
  })
})

describe('segments', () => {
  beforeEach(async () => {
    for (let day = 0; day < 4; day++) {
      await pollAt(NOON_MS + day * DAY_MS)
      await pollAt(NOON_MS + day * DAY_MS + 60_000)
    }
  })

  const segment = (at: number) => join(dirname(path), index().segments[at].file)

  it('one that is not there is named once', async () => {
    const { file } = index().segments[1]
    rmSync(segment(1))
    expect((await verifySoak([path])).defects).toEqual([{ file, line: null, seq: 2, kind: 'segment_missing' }])
    const reader = readSoakRecords([path])
    for await (const _ of reader);
    expect(reader.quality.files).not.toContain(file)
  })

  it('one by itself is checked against the index; several as they are given', async () => {
    expect(await verifySoak([segment(1)])).toMatchObject(ok(2))
    expect(await verifySoak([segment(0), segment(1), segment(2), path])).toMatchObject(ok(8))
    expect(await verifySoak([segment(1), path])).toMatchObject(ok(4))
  })

  it('one by itself, elsewhere, begins where its name says', async () => {
    const copy = join(tempFolder(), index().segments[1].file)
    copyFileSync(segment(1), copy)
    expect(await verifySoak([copy])).toMatchObject(ok(2))
    const cut = readFileSync(copy, 'utf8').split('\n').slice(1).join('\n')
    writeFileSync(copy, cut)
    expect((await verifySoak([copy])).defects).toEqual([{ file: copy, line: 1, seq: 3, kind: 'seq_gap' }])
  })

  it('without their index they are found by name', async () => {
    rmSync(join(dirname(path), 'soak.segments.json'))
    expect(await verifySoak([path])).toMatchObject(ok(8))
    writeFileSync(join(dirname(path), 'soak.segments.json'), '{')
    expect((await verifySoak([path])).notes.map(({ kind }) => kind)).toEqual(['index_unreadable'])
    await pollAt(NOON_MS + 5 * DAY_MS)
    expect(await verifySoak([path])).toMatchObject({ ...ok(9), notes: [] })
  })

  it('a change that keeps every line is seen by the hash of the file', async () => {
    const at = join(dirname(path), 'soak.segments.json')
    writeFileSync(at, readFileSync(at, 'utf8').replace(index().segments[1].sha256, 'ab'.repeat(32)))
    const { file } = index().segments[1]
    expect((await verifySoak([path])).defects).toEqual([{ file, line: null, seq: 3, kind: 'segment_hash' }])
  })

  it('everything after them may be cut off only as a defect', async () => {
    rmSync(path)
    expect((await verifySoak([path])).defects).toEqual([{ file: path, line: 1, seq: 6, kind: 'truncated' }])
  })
})

describe('a crash', () => {
  it('at any change to a file leaves a run that is OK and goes on, with every poll once', async () => {
    const origin = await prepared()
    for (const when of ['before', 'after']) {
      for (let at = 0; ; at++) {
        restore(origin)
        const args = [path, spoolDir, statusUrl, String(NOON_MS + 3 * DAY_MS), String(at), when]
        const output = await startChild('crash-at.mjs', args).ended
        expect(await verifySoak([path])).toMatchObject({ verdict: 'OK', defects: [] })
        const last = await pollAt(NOON_MS + 3 * DAY_MS + 60_000, { retentionDays: 1 })
        expect(await verifySoak([path])).toMatchObject({ verdict: 'OK', defects: [] })
        expect(await keysAreUnique()).toBe(true)
        // Four before, one waiting; the killed poll may have left its record or not.
        expect([5, 6]).toContain(last.seq)
        expect(filesIn(spoolDir)).not.toContain('soak.spool.jsonl')
        if (output !== '') break
        expect(at).toBeLessThan(40)
      }
    }
  }, 90_000)

  /** Two days in two files, a third begun, and one record in the spool: the next poll rotates, drains and removes. */
  async function prepared(): Promise<string> {
    for (const day of [0, 1, 2, 2]) await pollAt(NOON_MS + day * DAY_MS + 1000 * Math.random(), { retentionDays: 1 })
    const { files } = faulty('ENOSPC', (_, name) => name === 'write')
    await expect(pollAt(NOON_MS + 3 * DAY_MS - 1000, { retentionDays: 1 }, { files })).rejects.toMatchObject({
      metadata: { spooled: true },
    })
    const origin = tempFolder()
    cpSync(dirname(path), join(origin, 'data'), { recursive: true })
    cpSync(spoolDir, join(origin, 'spool'), { recursive: true })
    return origin
  }

  function restore(origin: string): void {
    for (const [kind, to] of [
      ['data', dirname(path)],
      ['spool', spoolDir],
    ] as const) {
      for (const name of filesIn(to)) rmSync(join(to, name))
      cpSync(join(origin, kind), to, { recursive: true })
    }
  }

  async function keysAreUnique(): Promise<boolean> {
    const keys: string[] = []
    for await (const { record } of readSoakRecords([path])) keys.push(`${record.ts} ${record.mono_ms}`)
    return new Set(keys).size === keys.length
  }

  it('at random instants of a poller that rotates all the time loses nothing that was acknowledged', async () => {
    const random = seededRandom(5)
    let acknowledged = -1
    for (let round = 0; round < 8; round++) {
      const child = startChild('poll-loop.mjs', [path, statusUrl, '9000', spoolDir])
      while (!child.output().includes('\n')) await new Promise((resolve) => setTimeout(resolve, 5))
      await new Promise((resolve) => setTimeout(resolve, random.next() * 80))
      child.process.kill('SIGKILL')
      const lines = (await child.ended).split('\n').slice(0, -1)
      acknowledged = Number(lines.at(-1))
      const { verdict, records, defects } = await verifySoak([path])
      // A line that was being written is torn; the next poll moves it away.
      expect([verdict, defects.filter(({ kind }) => kind !== 'torn')]).toEqual([defects.length ? 'DEFECT' : 'OK', []])
      expect(records).toBeGreaterThan(acknowledged)
    }
    const { seq } = await pollAt(Date.now())
    expect(await verifySoak([path])).toMatchObject(ok(seq + 1))
  }, 30_000)
})

describe('a disk that fails at any single call', () => {
  it.each(['ENOSPC', 'EIO'])(
    '%s: every poll has its record in the end, once, and the run is OK',
    async (code) => {
      for (let at = 0; ; at++) {
        for (const name of filesIn(dirname(path))) rmSync(join(dirname(path), name))
        await pollAt(NOON_MS)
        await pollAt(NOON_MS + DAY_MS, { retentionDays: 1 })
        const { files } = faulty('ENOSPC', (_, name) => name === 'write')
        await expect(pollAt(NOON_MS + DAY_MS + 1000, { retentionDays: 1 }, { files })).rejects.toThrow()
        const plan = faulty(code, (call) => call === at)
        const failed = await pollAt(NOON_MS + 3 * DAY_MS, { retentionDays: 1 }, { files: plan.files }).then(
          () => undefined,
          (error: unknown) => error,
        )
        if (failed) expect(failed).toMatchObject({ code: code === 'EIO' ? 'SOAK_IO' : 'SOAK_ENOSPC' })
        expect((await verifySoak([path])).verdict).toBe('OK')
        expect(await pollAt(NOON_MS + 3 * DAY_MS + 1000, { retentionDays: 1 })).toMatchObject({ seq: 4 })
        expect((await verifySoak([path])).verdict).toBe('OK')
        expect(filesIn(spoolDir)).toEqual([])
        if (plan.calls.length <= at) break
      }
    },
    30_000,
  )
})
