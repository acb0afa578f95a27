import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createReport, writeReport } from '../src/index.js'
import { chainedLines, writeSoakFile } from './support/chain.js'
import { tempFolder } from './support/fixture.js'

/** 31 days at five minutes: spec operations 3.3. */
const POLLS = 8928
/** Spec operations 7.1. */
const LIMIT_MS = 5_000

it('a month of four nodes is judged and drawn in five seconds, to the same bytes each time', async () => {
  const folder = tempFolder()
  const file = join(folder, 'soak.jsonl')
  writeSoakFile(file, chainedLines(POLLS))
  const write = async (out: string) => {
    const startedMs = performance.now()
    const report = await createReport({
      files: [file],
      generatedAt: '2027-01-01T00:00:00.000Z',
      command: 'c',
      build: 'b',
    })
    await writeReport(join(folder, out), report)
    process.stderr.write(`${report.soak.valid} polls: ${Math.round(performance.now() - startedMs)} ms\n`)
    expect(report.soak).toMatchObject({ expected: POLLS, valid: POLLS, coverage: 1, defects: [] })
    expect(performance.now() - startedMs).toBeLessThan(LIMIT_MS)
    return readFileSync(join(folder, out, 'SHA256SUMS'), 'utf8')
  }
  expect(await write('two')).toBe(await write('one'))
}, 120_000)
