import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { seededRandom } from '@montana/foundation'
import { beforeEach, describe, expect, it } from 'vitest'
import { createPoller, type Poller, type PollerModules } from '../src/index.js'
import { type AppendFile, openAppend } from '../src/journal/files.js'
import { startChild } from './support/children.js'
import { checkChain, filesIn, readRecords, servedNode, sha256, tempFolder } from './support/fixture.js'
import { NodeServer } from './support/node-server.js'
import { statusDocument } from './support/status.js'

let path: string
let statusUrl: string
let spoolDir: string

beforeEach(async () => {
  spoolDir = tempFolder()
  path = join(tempFolder(), 'soak.jsonl')
  statusUrl = (await servedNode('moscow')).statusUrl
})

function poller(modules: PollerModules = {}): Poller {
  return createPoller({ path, spoolDir, nodes: [{ label: 'moscow', statusUrl }] }, modules)
}

async function pollTimes(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await poller().poll()
}

const headPath = () => join(dirname(path), 'soak.head.json')
const tornPath = (seq: number) => join(dirname(path), `torn-${seq}.txt`)

describe('a torn tail', () => {
  it('is moved away at every length, and the next record says so', async () => {
    await pollTimes(2)
    const good = readFileSync(path)
    const random = seededRandom(7)
    const line = good.subarray(0, good.indexOf(0x0a))
    for (let round = 0; round < 8; round++) {
      const torn = line.subarray(0, 1 + Math.floor(random.next() * (line.length - 1)))
      rmSync(tornPath(2), { force: true })
      writeFileSync(path, Buffer.concat([good, torn]))
      writeFileSync(headPath(), headOf(good))
      const record = await poller().poll()
      expect(record).toMatchObject({ seq: 2, repaired_bytes: torn.length })
      expect(readFileSync(tornPath(2)).equals(torn)).toBe(true)
      expect(readFileSync(path).subarray(0, good.length).equals(good)).toBe(true)
      expect(checkChain(path).records).toBe(3)
    }
    expect((await poller().poll()).repaired_bytes).toBe(0)
  })

  it('of the first line leaves a new file', async () => {
    writeFileSync(path, '{"schema":"montana.so')
    expect(await poller().poll()).toMatchObject({ seq: 0, prev: '0'.repeat(64), repaired_bytes: 21 })
    expect(readFileSync(tornPath(0), 'utf8')).toBe('{"schema":"montana.so')
    expect(checkChain(path).records).toBe(1)
  })

  it('longer than any line is found as well', async () => {
    await pollTimes(1)
    appendFileSync(path, 'x'.repeat(300_000))
    expect(await poller().poll()).toMatchObject({ seq: 1, repaired_bytes: 300_000 })
    expect(statSync(tornPath(1)).size).toBe(300_000)
  })

  it('is kept once when the crash came between copy and cut, twice when it was torn twice', async () => {
    await pollTimes(1)
    appendFileSync(path, 'abc')
    writeFileSync(tornPath(1), 'abc')
    await poller().poll()
    expect(readFileSync(tornPath(1), 'utf8')).toBe('abc')
    appendFileSync(path, 'def')
    writeFileSync(tornPath(2), 'abc')
    await poller().poll()
    expect(readFileSync(tornPath(2), 'utf8')).toBe('abcdef')
  })

  function headOf(file: Buffer): string {
    const lines = file.toString('utf8').trimEnd().split('\n')
    const record = JSON.parse(lines.at(-1) ?? '')
    return JSON.stringify({
      run_id: record.run_id,
      seq: record.seq,
      bytes: file.length,
      sha256: sha256(lines.at(-1) ?? ''),
    })
  }
})

describe('the head', () => {
  it('names run, sequence, length and hash of the last line', async () => {
    await pollTimes(3)
    const text = readFileSync(path, 'utf8')
    const last = text.trimEnd().split('\n').at(-1) ?? ''
    expect(JSON.parse(readFileSync(headPath(), 'utf8'))).toEqual({
      run_id: JSON.parse(last).run_id,
      seq: 2,
      bytes: Buffer.byteLength(text),
      sha256: sha256(last),
    })
  })

  it('may lag by one line after a crash: the chain goes on from the file', async () => {
    await pollTimes(2)
    const behind = readFileSync(headPath())
    await pollTimes(1)
    writeFileSync(headPath(), behind)
    expect((await poller().poll()).seq).toBe(3)
    expect(checkChain(path)).toEqual({ records: 4, headLag: 0 })
  })

  it('may be missing: the chain goes on from the file', async () => {
    await pollTimes(2)
    rmSync(headPath())
    await pollTimes(1)
    expect(checkChain(path)).toEqual({ records: 3, headLag: 0 })
  })

  it('keeps a cut-off last line visible: the next record joins what was acknowledged', async () => {
    await pollTimes(3)
    const { sha256: acknowledged } = JSON.parse(readFileSync(headPath(), 'utf8'))
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    writeFileSync(path, `${lines.slice(0, 2).join('\n')}\n`)
    expect(await poller().poll()).toMatchObject({ seq: 3, prev: acknowledged })
    expect(readRecords(path).map(({ seq }) => seq)).toEqual([0, 1, 3])
  })

  it('keeps an edited last line visible', async () => {
    await pollTimes(2)
    const { sha256: acknowledged } = JSON.parse(readFileSync(headPath(), 'utf8'))
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"lag":0(?=[^\n]*\n$)/, '"lag":7'))
    expect(await poller().poll()).toMatchObject({ seq: 2, prev: acknowledged })
    expect(() => checkChain(path)).toThrow('chain breaks at seq 2')
  })

  it('carries the chain and the run into a new file when the old one was moved away', async () => {
    await pollTimes(2)
    const { run_id, sha256: acknowledged } = JSON.parse(readFileSync(headPath(), 'utf8'))
    rmSync(path)
    expect(await poller().poll()).toMatchObject({ seq: 2, prev: acknowledged, run_id })
  })

  it('without it, a complete last line that is no record is counted and never changed', async () => {
    await pollTimes(2)
    appendFileSync(path, 'not a record\n')
    rmSync(headPath())
    const before = readFileSync(path, 'utf8')
    expect(await poller().poll()).toMatchObject({ seq: 3, prev: sha256('not a record') })
    expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true)
  })
})

describe('a disk that fails', () => {
  type Step = 'write' | 'short write' | 'datasync' | 'truncate'

  /** The real file, with failures planned for single calls. */
  function failing(steps: Step[], code = 'ENOSPC'): PollerModules {
    const fail = () => Promise.reject(Object.assign(new Error(code), { code }))
    return {
      openAppend: async (name) => {
        const file = await openAppend(name)
        const failingFile: AppendFile = {
          write: async (data) => {
            if (steps.includes('write')) return await fail()
            return await file.write(steps.includes('short write') ? data.subarray(0, 100) : data)
          },
          datasync: () => (steps.includes('datasync') ? fail() : file.datasync()),
          truncate: (length) => (steps.includes('truncate') ? fail() : file.truncate(length)),
          close: () => file.close(),
        }
        return failingFile
      },
    }
  }

  it.each<[Step[], string, string]>([
    [['write'], 'ENOSPC', 'SOAK_ENOSPC'],
    [['write'], 'EDQUOT', 'SOAK_ENOSPC'],
    [['short write'], 'ENOSPC', 'SOAK_ENOSPC'],
    [['datasync'], 'EIO', 'SOAK_IO'],
    [['write'], 'EIO', 'SOAK_IO'],
  ])('%j with %s: cut back, %s, and the record comes late', async (steps, code, expected) => {
    await pollTimes(2)
    const before = readFileSync(path)
    await expect(poller(failing(steps, code)).poll()).rejects.toMatchObject({ code: expected, exitCode: 1 })
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(filesIn(spoolDir)).toEqual(['soak.spool.jsonl'])
    expect((await poller().poll()).seq).toBe(3)
    expect(checkChain(path)).toEqual({ records: 4, headLag: 0 })
    expect(readRecords(path).map(({ late }) => late)).toEqual([false, false, true, false])
    expect(filesIn(dirname(path))).toEqual(['soak.head.json', 'soak.jsonl'])
    expect(filesIn(spoolDir)).toEqual([])
  })

  it('and cannot be cut back either: a torn rest is repaired by the next poll', async () => {
    await pollTimes(1)
    await expect(poller(failing(['short write', 'truncate'])).poll()).rejects.toMatchObject({ code: 'SOAK_ENOSPC' })
    expect(await poller().poll()).toMatchObject({ seq: 2, repaired_bytes: 0 })
    expect(readRecords(path)[1]).toMatchObject({ late: true, repaired_bytes: 100 })
    expect(checkChain(path).records).toBe(3)
  })

  it('and cannot be cut back: a whole line whose fdatasync failed is continued, not doubled', async () => {
    await pollTimes(1)
    await expect(poller(failing(['datasync', 'truncate'], 'EIO')).poll()).rejects.toMatchObject({ code: 'SOAK_IO' })
    expect((await poller().poll()).seq).toBe(2)
    expect(checkChain(path)).toEqual({ records: 3, headLag: 0 })
  })

  it('for the head: the line is taken back', async () => {
    await pollTimes(1)
    const before = readFileSync(path)
    rmSync(headPath())
    const blocked = startBlockedHead()
    await expect(poller().poll()).rejects.toMatchObject({ exitCode: 78, field: 'path' })
    expect(readFileSync(path).equals(before)).toBe(true)
    blocked.end()
    await pollTimes(1)
    expect(checkChain(path)).toEqual({ records: 2, headLag: 0 })
  })

  /** A non-empty folder in the place of the head: no rename can replace it. */
  function startBlockedHead() {
    const child = spawnSync('mkdir', ['-p', join(headPath(), 'inner')])
    expect(child.status).toBe(0)
    return { end: () => rmSync(headPath(), { recursive: true }) }
  }

  it('really full, with every number of free pages: no line is lost, torn or half there', async (context) => {
    const folder = tempFolder()
    const namespace = [
      ['unshare', '-Urm'],
      ['unshare', '-m'],
    ].find(([command = '', flag = '']) => spawnSync(command, [flag, 'sh', '-c', mount(folder, 'true')]).status === 0)
    if (!namespace) return context.skip('this host lets no test mount a file system')
    const script = [...namespace, 'sh', '-c', mount(folder, 'exec "$@"'), 'sh']
    const ended = await startChild('full-disk.mjs', [folder, spoolDir, '10'], script).ended
    const { outcomes, seq, text, verdict } = JSON.parse(ended) as {
      outcomes: { code: string; kept: boolean }[]
      seq: number
      text: string
      verdict: string
    }
    expect(outcomes.every(({ kept }) => kept)).toBe(true)
    expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set(['SOAK_ENOSPC', 'ok']))
    writeFileSync(path, text)
    const records = readRecords(path)
    expect(records.map((record) => record.seq)).toEqual(records.map((_, index) => index))
    // One poll before, one for each outcome, one after: each has its record.
    expect([records.length, seq, verdict]).toEqual([outcomes.length + 2, outcomes.length + 1, 'OK'])
    expect(records.filter(({ late }) => late).length).toBe(outcomes.filter(({ code }) => code !== 'ok').length)
    expect(filesIn(spoolDir)).toEqual([])
  })

  function mount(folder: string, then: string): string {
    return `mount -t tmpfs -o size=256k tmpfs '${folder}' && ${then}`
  }
})

describe('kill -9', () => {
  it('at any instant loses no acknowledged record and leaves a file that goes on', async () => {
    const random = seededRandom(11)
    let acknowledged = -1
    for (let round = 0; round < 8; round++) {
      const child = startChild('poll-loop.mjs', [path, statusUrl])
      while (!child.output().includes('\n')) await new Promise((resolve) => setTimeout(resolve, 5))
      await new Promise((resolve) => setTimeout(resolve, random.next() * 60))
      child.process.kill('SIGKILL')
      const lines = (await child.ended).split('\n').slice(0, -1)
      acknowledged = Number(lines.at(-1))
      const { headLag } = checkChain(path)
      expect([0, 1]).toContain(headLag)
      expect(readRecords(path).length).toBeGreaterThan(acknowledged)
    }
    expect(acknowledged).toBeGreaterThan(7)
    const { seq } = await poller().poll()
    expect(checkChain(path)).toEqual({ records: seq + 1, headLag: 0 })
    expect(existsSync(join(dirname(path), 'soak.lock'))).toBe(false)
  })
})

describe('five-minute counters', () => {
  it('are read from the tail of the file, whoever wrote it', async () => {
    let pingOk = 100
    const server = await NodeServer.serving(() => statusDocument({ pingOk }))
    statusUrl = server.url
    let wallMs = 1_767_225_600_000
    const time = { wallMs: () => wallMs, monotonicMs: () => performance.now() }
    const first = await poller({ time }).poll()
    for (let poll = 0; poll < 40; poll++) {
      wallMs += 15_000
      pingOk += 3
      const record = await poller({ time }).poll()
      const [node] = record.nodes
      // 270 s are 18 polls: three peers, three pings each.
      if (poll + 1 < 18) expect([node?.hb_5m, node?.span_reason]).toEqual([null, 'first'])
      else expect([node?.hb_5m, node?.span_reason]).toEqual([18 * 3 * 3, null])
    }
    expect(first.nodes[0]?.span_reason).toBe('first')
    await server.stop()
  })
})

it('a wall clock that was set back makes no poll read the whole file', async () => {
  await pollTimes(1)
  const line = readFileSync(path, 'utf8').replace(/"ts":"\d{4}/, '"ts":"2099')
  writeFileSync(path, line.repeat(20_000))
  const started = performance.now()
  expect((await poller().poll()).slot).toBe(0)
  expect(performance.now() - started).toBeLessThan(1000)
})
