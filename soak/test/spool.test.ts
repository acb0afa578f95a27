import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger } from '@montana/foundation'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPoller, type SoakRecord, soakRecordSchema, verifySoak } from '../src/index.js'
import { journalFiles } from '../src/journal/files.js'
import { spoolPath } from '../src/spool/locate.js'
import { createSpool } from '../src/spool/spool.js'
import { chainedLines } from './support/chain.js'
import { faulty } from './support/faults.js'
import { filesIn, readRecords, servedNode, tempFolder } from './support/fixture.js'

let spoolDir: string
let log: string

beforeEach(() => {
  spoolDir = tempFolder()
  log = join(tempFolder(), 'soak.jsonl')
})

const spool = (dir = spoolDir, files = journalFiles) => createSpool({ log, spoolDir: dir, files, logger: silentLogger })
const recordsOf = (count: number) => chainedLines(count).map((line) => soakRecordSchema.parse(JSON.parse(line)))
const seqs = (records: readonly SoakRecord[]) => records.map(({ seq }) => seq)

describe('a spool', () => {
  it('keeps the oldest 288', async () => {
    const kept: boolean[] = []
    const one = spool()
    writeFileSync(join(spoolDir, 'soak.spool.jsonl'), chainedLines(285).join(''))
    for (const record of recordsOf(290).slice(285)) kept.push(await one.put(record))
    expect(kept).toEqual([true, true, true, false, false])
    expect(seqs(await spool().waiting())).toEqual(Array.from({ length: 288 }, (_, seq) => seq))
  })

  it('forgets what it is told to, and leaves no file when it is empty', async () => {
    const records = recordsOf(4)
    for (const record of records) await spool().put(record)
    await spool().drop(records.slice(0, 2))
    expect(seqs(await spool().waiting())).toEqual([2, 3])
    await spool().drop(records)
    expect(filesIn(spoolDir)).toEqual([])
  })

  it('passes over what is no record, as a crash of the machine may leave it', async () => {
    const [first = '', second = ''] = chainedLines(2)
    writeFileSync(join(spoolDir, 'soak.spool.jsonl'), `${first}torn\n${second.slice(0, 100)}`)
    expect(seqs(await spool().waiting())).toEqual([0])
  })

  it('holds in memory what its file does not take, and writes it with the next', async () => {
    const [a, b, c] = recordsOf(3) as [SoakRecord, SoakRecord, SoakRecord]
    let isFull = false
    const plan = faulty('ENOSPC', (_, name) => isFull && name === 'replace')
    const one = spool(spoolDir, plan.files)
    await one.put(a)
    isFull = true
    expect(await one.put(b)).toBe(true)
    expect([seqs(await one.waiting()), seqs(await spool().waiting())]).toEqual([[0, 1], [0]])
    isFull = false
    await one.put(c)
    expect(seqs(await spool().waiting())).toEqual([0, 1, 2])
  })

  it('without a folder is memory', async () => {
    const one = spool(join(spoolDir, 'none'))
    for (const record of recordsOf(2)) await one.put(record)
    expect(seqs(await one.waiting())).toEqual([0, 1])
    await one.drop(recordsOf(1))
    expect(seqs(await one.waiting())).toEqual([1])
  })
})

describe('the folder of a spool', () => {
  const before = process.env.TMPDIR

  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })

  it('is private among temporary files, and not used where it is not', async () => {
    process.env.TMPDIR = spoolDir
    const path = (await spoolPath(log, undefined)) ?? ''
    if (path.startsWith('/run/')) return
    const folder = join(path, '..')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    chmodSync(folder, 0o777)
    expect(await spoolPath(log, undefined)).toBeUndefined()
    rmSync(folder, { recursive: true })
    mkdirSync(join(spoolDir, 'elsewhere'), { mode: 0o700 })
    symlinkSync(join(spoolDir, 'elsewhere'), folder)
    expect(await spoolPath(log, undefined)).toBeUndefined()
  })

  it('keeps two soak files of one name apart', async () => {
    process.env.TMPDIR = spoolDir
    expect(await spoolPath(log, undefined)).not.toBe(await spoolPath(join(tempFolder(), 'soak.jsonl'), undefined))
  })
})

describe('a poller whose disk is full for a while', () => {
  async function poller(isFull: () => boolean, path = log) {
    const { files } = faulty('ENOSPC', (_, name) => name === 'write' && isFull())
    return createPoller({ path, spoolDir, nodes: [await servedNode('moscow')] }, { files })
  }

  it('appends everything in order once there is space, marked late', async () => {
    let isFull = false
    const one = await poller(() => isFull)
    await one.poll()
    isFull = true
    for (let poll = 0; poll < 3; poll++) {
      await expect(one.poll()).rejects.toMatchObject({ code: 'SOAK_ENOSPC', exitCode: 1, metadata: { spooled: true } })
    }
    isFull = false
    await one.poll()
    const records = readRecords(log)
    expect(records.map(({ late }) => late)).toEqual([false, true, true, true, false])
    const times = records.map(({ mono_ms }) => mono_ms)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(await verifySoak([log])).toMatchObject({ verdict: 'OK', records: 5, warnings: [] })
    expect(existsSync(join(spoolDir, 'soak.spool.jsonl'))).toBe(false)
  })

  it('begins its run in the spool where not even the first record fits', async () => {
    let isFull = true
    const one = await poller(() => isFull)
    await expect(one.poll()).rejects.toThrow('waits in the spool')
    await expect(one.poll()).rejects.toThrow('waits in the spool')
    isFull = false
    await one.poll()
    expect(new Set(readRecords(log).map(({ run_id }) => run_id)).size).toBe(1)
    expect(await verifySoak([log])).toMatchObject({ verdict: 'OK', records: 3 })
  })

  it('leaves the records of another run where they are', async () => {
    const one = await poller(() => false)
    await one.poll()
    const foreign = chainedLines(2).join('')
    writeFileSync(join(spoolDir, 'soak.spool.jsonl'), foreign)
    await one.poll()
    expect(readRecords(log).length).toBe(2)
    expect(readFileSync(join(spoolDir, 'soak.spool.jsonl'), 'utf8')).toBe(foreign)
  })

  it('begins a run of its own beside those of another', async () => {
    const foreign = chainedLines(2).join('')
    writeFileSync(join(spoolDir, 'soak.spool.jsonl'), foreign)
    const run = { pq_only: false, collector_node: null, claims: [], drills: [] }
    const nodes = [await servedNode('moscow')]
    const { run_id } = await createPoller({ path: log, spoolDir, nodes, run }).poll()
    expect([readRecords(log).length, run_id === 'run']).toEqual([1, false])
    expect(readFileSync(join(spoolDir, 'soak.spool.jsonl'), 'utf8')).toBe(foreign)
  })

  it('does not append twice what a crash left in both places', async () => {
    let isFull = true
    const one = await poller(() => isFull)
    await expect(one.poll()).rejects.toThrow()
    const waiting = readFileSync(join(spoolDir, 'soak.spool.jsonl'))
    isFull = false
    await one.poll()
    writeFileSync(join(spoolDir, 'soak.spool.jsonl'), waiting)
    await one.poll()
    expect(readRecords(log).map(({ late }) => late)).toEqual([true, false, false])
  })

  it('says when a record is lost because the spool is full', async () => {
    const one = await poller(() => true)
    writeFileSync(join(spoolDir, 'soak.spool.jsonl'), chainedLines(288).join(''))
    await expect(one.poll()).rejects.toMatchObject({ code: 'SOAK_ENOSPC', metadata: { spooled: false } })
  })
})
