import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isAbort, seededRandom } from '@montana/foundation'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { readSoakRecords, type SoakRecord, type Verification, verifySoak } from '../src/index.js'
import { LINE_MAX_BYTES } from '../src/journal/lines.js'
import { chainedLines, headFor, writeRotated, writeSoakFile } from './support/chain.js'
import { sha256, tempFolder } from './support/fixture.js'
import { MUTATIONS } from './support/mutations.js'

const LINES = chainedLines(10)

let path: string
let headPath: string

beforeEach(() => {
  path = join(tempFolder(), 'soak.jsonl')
  headPath = join(path, '..', 'soak.head.json')
  writeSoakFile(path, LINES)
})

const places = ({ defects }: Verification) => defects.map(({ line, kind }) => ({ line, kind }))
const OK = { verdict: 'OK', records: 10, defects: [], warnings: [], notes: [] }

/** What is found in these lines, as `line kind`. */
async function found(lines: readonly string[]): Promise<string[]> {
  writeFileSync(path, lines.join(''))
  return (await verifySoak([path])).defects.map(({ line, kind }) => `${line} ${kind}`)
}

describe('a file as it was written', () => {
  it('is OK', async () => {
    expect(await verifySoak([path])).toEqual(OK)
  })

  it('with a head that a crash left one line behind is OK, with a note', async () => {
    writeFileSync(headPath, headFor(LINES.slice(0, 9)))
    const notes = [{ file: path, line: 10, seq: 9, kind: 'head_behind' }]
    expect(await verifySoak([path])).toEqual({ ...OK, notes })
  })

  it('of one line without a head is OK, with a note: a crash came between the two', async () => {
    writeSoakFile(path, LINES.slice(0, 1))
    rmSync(headPath)
    const { verdict, notes } = await verifySoak([path])
    expect([verdict, ...notes.map(({ kind }) => kind)]).toEqual(['OK', 'head_missing'])
  })

  it('of more lines without a head is none, whatever is left of them; a hash from elsewhere takes its place', async () => {
    writeFileSync(path.replace('.jsonl', '.run.json'), '{}')
    for (const break_ of [() => rmSync(headPath), () => writeFileSync(headPath, '{')]) {
      break_()
      const { defects } = await verifySoak([path])
      expect(defects).toEqual([{ file: path, line: null, seq: 9, kind: 'head_mismatch' }])
    }
    const headSha256 = sha256((LINES[9] ?? '').slice(0, -1))
    expect(await verifySoak([path], { headSha256 })).toEqual(OK)
  })

  it('that was copied alone has no head, and says so: its last line is proven by nothing', async () => {
    rmSync(headPath)
    const { verdict, defects, notes } = await verifySoak([path])
    expect([verdict, defects, notes.map(({ kind }) => kind)]).toEqual(['OK', [], ['head_missing']])
  })

  it('with a head of another number or run is none', async () => {
    for (const change of [{ seq: 8 }, { seq: 10 }, { run_id: 'another' }]) {
      writeFileSync(headPath, JSON.stringify({ ...JSON.parse(headFor(LINES)), ...change }))
      expect((await verifySoak([path])).defects).toEqual([{ file: path, line: 10, seq: 9, kind: 'head_mismatch' }])
    }
  })

  it('in which a record names another run is none, although every hash is right', async () => {
    const another = (seqs: number[]) => chainedLines(10, ({ seq }) => (seqs.includes(seq) ? { run_id: 'another' } : {}))
    const linesOf = async (lines: string[]) => {
      writeSoakFile(path, lines)
      return (await verifySoak([path])).defects.map(({ line, kind }) => [line, kind])
    }
    expect(await linesOf(another([6, 7, 8, 9]))).toEqual([[7, 'chain_break']])
    expect(await linesOf(another([9]))).toEqual([[10, 'chain_break']])
    expect(await linesOf(another([4]))).toEqual([
      [5, 'chain_break'],
      [6, 'chain_break'],
    ])
  })

  it('with the line ends of another system names every line', async () => {
    writeFileSync(path, LINES.join('').replaceAll('\n', '\r\n'))
    const { defects } = await verifySoak([path])
    expect(defects.map(({ line, kind }) => [line, kind])).toEqual(LINES.map((_, at) => [at + 1, 'invalid_json']))
  })

  it('with nothing in it is OK, and says that there is nothing', async () => {
    writeFileSync(path, '')
    rmSync(headPath)
    expect(await verifySoak([path])).toMatchObject({ verdict: 'OK', records: 0 })
  })

  it('with two runs in two files is OK', async () => {
    const other = join(tempFolder(), 'other.jsonl')
    writeSoakFile(
      other,
      chainedLines(3, () => ({ run_id: 'another' })),
    )
    expect(await verifySoak([path, other])).toMatchObject({ verdict: 'OK', records: 13 })
  })
})

describe('of random changes', () => {
  it('1,000 are noticed, each by its line and its kind', async () => {
    const random = seededRandom(4)
    for (let round = 0; round < 1000; round++) {
      const mutation = MUTATIONS[round % MUTATIONS.length]?.(LINES, random, 'head_mismatch')
      writeFileSync(path, mutation?.bytes ?? '')
      const verified = await verifySoak([path])
      expect({ name: mutation?.name, verdict: verified.verdict, found: places(verified) }).toEqual({
        name: mutation?.name,
        verdict: 'DEFECT',
        found: mutation?.expected,
      })
    }
  }, 60_000)

  it('300 in rotated files are noticed, each in its file', async () => {
    const random = seededRandom(9)
    const perFile = 5
    const lines = chainedLines(15)
    const paths = await writeRotated(path, lines, perFile)
    for (let round = 0; round < 300; round++) {
      const at = Math.floor(random.next() * paths.length)
      const own = lines.slice(at * perFile, (at + 1) * perFile)
      const file = paths[at] ?? ''
      const proof = file === path ? 'head_mismatch' : 'chain_break'
      const mutation = MUTATIONS[round % MUTATIONS.length]?.(own, random, proof)
      writeFileSync(file, mutation?.bytes ?? '')
      const { defects } = await verifySoak([path])
      writeFileSync(file, own.join(''))
      const name = file === path ? path : basename(file)
      expect({ name: mutation?.name, defects: defects.map(({ seq, ...defect }) => defect) }).toEqual({
        name: mutation?.name,
        defects: mutation?.expected.map((expected) => ({ file: name, ...expected })),
      })
    }
    expect(await verifySoak([path])).toMatchObject({ verdict: 'OK', records: 15 })
  }, 60_000)

  it('several at once are noticed as well, and nothing that is not there is read', async () => {
    const known = new Set(LINES)
    const change = fc.tuple(fc.nat(MUTATIONS.length - 1), fc.integer())
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 5 }), async (changes) => {
        const lines = changes.reduce<readonly string[]>((before, [kind, seed]) => {
          if (before.length < 5) return before
          const { bytes } = MUTATIONS[kind]?.(before, seededRandom(seed), 'head_mismatch') ?? {}
          return (bytes?.toString('utf8') ?? '').split(/(?<=\n)/)
        }, LINES)
        const text = lines.join('')
        writeFileSync(path, text)
        const { verdict, defects } = await verifySoak([path])
        expect(verdict).toBe(text === LINES.join('') ? 'OK' : 'DEFECT')
        // Where something was found, its line is not one of the lines that stand where they stood.
        const first = lines.findIndex((line, index) => line !== LINES[index])
        if (first > 0) expect(Math.min(...defects.map(({ line }) => line ?? 0))).toBeGreaterThanOrEqual(first)
        for (const { kind, line } of defects)
          if (kind === 'invalid_json') expect(known).not.toContain(lines[(line ?? 0) - 1])
      }),
      { numRuns: 150, seed: 12 },
    )
  }, 60_000)

  it('any bytes at all are judged, never thrown at', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(10), async (bytes, at) => {
        writeFileSync(path, Buffer.concat([Buffer.from(LINES.slice(0, at).join('')), bytes]))
        expect((await verifySoak([path])).verdict).toBe(bytes.length === 0 && at === 10 ? 'OK' : 'DEFECT')
      }),
      { numRuns: 200, seed: 3 },
    )
  })
})

describe('one change gives one defect', () => {
  const [a = '', b = '', c = '', d = ''] = LINES
  const rest = LINES.slice(4)

  it('also where several lines are concerned', async () => {
    expect(await found(LINES.slice(3))).toEqual(['1 seq_gap'])
    expect(await found([a, b, ...rest])).toEqual(['3 seq_gap'])
    expect(await found([a, b, c, b, c, d, ...rest])).toEqual(['4 seq_duplicate'])
    expect(await found([...LINES, ...LINES.slice(2)])).toEqual(['11 seq_duplicate'])
    expect(await found([b, c, a, d, ...rest])).toEqual(['3 seq_reorder'])
    expect(await found([a, ...rest, b, c, d])).toEqual(['8 seq_reorder'])
  })

  it('and two swapped lines far apart give two', async () => {
    expect(await found([a, LINES[7] ?? '', ...LINES.slice(2, 7), b, ...LINES.slice(8)])).toEqual([
      '2 seq_reorder',
      '8 seq_reorder',
    ])
  })

  it('a record put in that copies sequence and chain of the right one', async () => {
    const forged = b.replace('"lag":0', '"lag":9')
    expect(await found([a, forged, b, c, d, ...rest])).toEqual(['2 seq_duplicate'])
    expect(await found([a, b, forged, c, d, ...rest])).toEqual(['3 seq_duplicate'])
  })

  it('a record rewritten together with the head', async () => {
    const forged = [...LINES.slice(0, 8), (LINES[8] ?? '').replace('"lag":0', '"lag":9'), LINES[9] ?? '']
    writeFileSync(headPath, headFor(forged))
    expect(await found(forged)).toEqual(['9 chain_break'])
  })

  it('lines put behind what the head acknowledged', async () => {
    writeFileSync(headPath, headFor(LINES.slice(0, 7)))
    expect(await found(LINES)).toEqual(['10 head_mismatch'])
  })

  it('a line that is not text, or longer than any record, or never ends', async () => {
    writeFileSync(path, Buffer.concat([Buffer.from(LINES.join('')), Buffer.from([0x22, 0xff, 0x22, 0x0a])]))
    expect(places(await verifySoak([path]))).toEqual([{ line: 11, kind: 'invalid_json' }])
    expect(await found([a, `"${'x'.repeat(LINE_MAX_BYTES)}"\n`, ...LINES.slice(1)])).toEqual(['2 schema'])
    expect(await found([...LINES, 'x'.repeat(3 * LINE_MAX_BYTES)])).toEqual(['11 torn'])
  })
})

describe('the hash of the head from elsewhere', () => {
  it('must be that of the last line', async () => {
    const headSha256 = 'ab'.repeat(32)
    expect(places(await verifySoak([path], { headSha256 }))).toEqual([{ line: 10, kind: 'head_mismatch' }])
  })
})

describe('a wall clock that went back', () => {
  const stepped = (change: (seq: number) => object) =>
    chainedLines(4, (record) => (record.seq === 2 ? change(record.seq) : {}))

  it('while the monotonic clock went on is a warning', async () => {
    writeSoakFile(
      path,
      stepped(() => ({ ts: '2026-11-25T11:00:00.000Z' })),
    )
    expect(await verifySoak([path])).toMatchObject({
      verdict: 'OK',
      warnings: [{ file: path, line: 3, seq: 2, kind: 'clock_step' }],
    })
  })

  it('across a boot is none', async () => {
    const collector = { ...(JSON.parse(LINES[0] ?? '') as SoakRecord).collector, boot_id: 'another' }
    writeSoakFile(
      path,
      stepped(() => ({ ts: '2026-11-25T11:00:00.000Z', collector })),
    )
    expect((await verifySoak([path])).warnings).toEqual([])
  })
})

describe('a reader', () => {
  it('hands out every record with its place and hash, and counts', async () => {
    writeSoakFile(
      path,
      chainedLines(5, ({ seq }) => ({ late: seq === 2, repaired_bytes: seq === 3 ? 17 : 0 })),
    )
    const lines = readFileSync(path, 'utf8').split(/(?<=\n)/)
    writeFileSync(path, [...lines.slice(0, 2), 'x\n', ...lines.slice(2), lines[4]].join(''))
    const reader = readSoakRecords([path])
    const read: string[] = []
    for await (const { line, record, bytesSha256, isDuplicate } of reader) {
      read.push(
        `${line} ${record.seq} ${bytesSha256 === sha256((lines[record.seq] ?? '').slice(0, -1))} ${isDuplicate}`,
      )
    }
    expect(read).toEqual([
      '1 0 true false',
      '2 1 true false',
      '4 2 true false',
      '5 3 true false',
      '6 4 true false',
      '7 4 true true',
    ])
    expect(reader.quality).toMatchObject({ valid: 5, corrupt: 1, duplicate: 1, late: 1, repaired: 1, defectCount: 2 })
    expect(reader.quality).toMatchObject({ lastSeq: 4, files: [path] })
  })

  it('lists so many defects, and counts them all', async () => {
    writeFileSync(path, '\n'.repeat(30_000))
    const reader = readSoakRecords([path])
    for await (const _ of reader) expect.fail('there is no record')
    expect([reader.quality.defects.length, reader.quality.corrupt]).toEqual([10_000, 30_000])
    expect(reader.quality.defectCount).toBeGreaterThanOrEqual(30_000)
  })

  it('stops when told', async () => {
    const controller = new AbortController()
    controller.abort()
    await expect(verifySoak([path], { signal: controller.signal })).rejects.toSatisfy(isAbort)
  })

  it('of a file that is not there, a folder, or a pipe', async () => {
    mkdirSync(join(path, '..', 'folder.jsonl'))
    execFileSync('mkfifo', [join(path, '..', 'pipe.jsonl')])
    for (const name of ['none.jsonl', 'folder.jsonl', 'pipe.jsonl', 'none/soak.jsonl', 'soak.jsonl/x']) {
      const file = join(path, '..', name)
      await expect(verifySoak([file])).rejects.toMatchObject({ exitCode: 78, field: 'file' })
      await expect(verifySoak([path, file])).rejects.toMatchObject({ exitCode: 78, field: 'file' })
    }
  })
})
