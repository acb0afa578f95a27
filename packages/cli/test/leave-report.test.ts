import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reportSchema } from '@montana/soak'
import { expect, it, onTestFinished } from 'vitest'
import { leaveReport } from '../src/commands/devnet/leave-report.js'

const FIXTURE = join(import.meta.dirname, '..', '..', '..', 'soak', 'test', 'fixtures', 'render', 'report-pass.json')
const report = reportSchema.parse(JSON.parse(readFileSync(FIXTURE, 'utf8')))

it('a run whose report cannot be written is told so, and keeps its verdict', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'leave-report-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const lines: string[] = []
  expect(await leaveReport(join(dir, 'report'), report, (line) => lines.push(line))).toBe(join(dir, 'report'))
  expect([readdirSync(join(dir, 'report')).length, lines]).toEqual([4, []])
  writeFileSync(join(dir, 'file'), '')
  expect(await leaveReport(join(dir, 'file'), report, (line) => lines.push(line))).toBeNull()
  expect(lines).toEqual([expect.stringMatching(/^soak: no report: .*file cannot be written/)])
})
