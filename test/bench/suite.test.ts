import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Bench } from './src/bench.js'
import { runChild } from './src/suite/child.js'
import { flagsIn } from './src/suite/host.js'
import { planOf } from './src/suite/plan.js'
import { Results } from './src/suite/results.js'
import { revisionOf } from './src/suite/revision.js'
import { runAll, type SuiteOptions } from './src/suite/run.js'
import { writeResults } from './src/suite/suite.js'
import { renderText } from './src/suite/text.js'
import { fullResults } from './support/results.js'

const bench = (name: string, flags: Bench['flags'] = []): Bench => {
  return {
    name,
    summary: `what ${name} measures`,
    flags,
    run: () => Promise.reject(),
    render: () => '',
    tables: () => [],
  }
}
const never = new AbortController().signal

/** A program in place of the benches: its first argument is the name of the bench. */
function options(script: string, signal = never): SuiteOptions & { lines: string[] } {
  const lines: string[] = []
  const command = [process.execPath, '-e', script, '--'] as const
  return { command, isLong: true, rounds: 3, signal, onLine: (line) => lines.push(line), lines }
}

const REPORT = { rows: [], ratios: {}, figures: { a: 1 }, peers: [], bounds: [], notes: [] }
const SCRIPT = `
const [name, ...flags] = process.argv.slice(1)
if (name === 'broken') throw new Error('no port is free in ' + 'a'.repeat(700))
if (name === 'talkative') console.log('this is no report')
else if (name === 'empty') console.log('{"rows": 7}')
else console.log(JSON.stringify({ ...${JSON.stringify(REPORT)}, notes: flags, extra: true }))`

describe('a run of all benches', () => {
  it('goes on after one that fails, says so, and gives each its flags', async () => {
    const given = options(SCRIPT)
    const names = ['broken', 'talkative', 'empty', 'whole']
    const results = await runAll(
      names.map((name) => bench(name, name === 'whole' ? ['long'] : [])),
      given,
    )
    expect(results.map(({ bench: name, outcome }) => `${name} ${outcome}`)).toEqual([
      'broken failed',
      'talkative failed',
      'empty failed',
      'whole ran',
    ])
    const [broken, talkative, empty, whole] = results
    expect(broken).toMatchObject({
      error: expect.stringMatching(/^ended with 1: Error: no port is free in a{700}$/),
      rounds: 3,
    })
    expect(talkative).toMatchObject({ error: expect.stringMatching(/^printed no report: /) })
    expect(empty).toMatchObject({ error: expect.stringMatching(/^its report is none: rows: /) })
    expect(whole).toMatchObject({ figures: { a: 1 }, notes: ['--json', '--rounds', '3', '--long'] })
    expect(given.lines).toContain('whole: what whole measures')
  })

  it('ends a bench that hangs', async () => {
    const child = { program: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], limitMs: 150 }
    expect(await runChild(child, never)).toEqual({ error: 'not done after 0.15 s' })
  })

  it('ends with its caller, and the bench with it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'montana-bench-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const stop = new AbortController()
    const pid = join(folder, 'pid')
    const script = `require('fs').writeFileSync(process.argv[2], String(process.pid)); setInterval(() => {}, 1000)`
    const child = { program: process.execPath, args: ['-e', script, '--', 'hanging', pid], limitMs: 60_000 }
    const running = runChild(child, stop.signal)
    await expect.poll(() => existsSync(pid) && readFileSync(pid, 'utf8')).toMatch(/^\d+$/)
    stop.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
    expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH')
  })

  it('takes the rounds that were asked for, else those that fit', () => {
    expect(planOf([bench('clock')], 4)).toEqual([{ name: 'clock', rounds: 4 }])
    expect(planOf([bench('clock'), bench('sync')]).map(({ rounds }) => rounds)).toEqual([15, 1])
  })
})

describe('results', () => {
  it('keep their schema, and refuse what it does not know', () => {
    expect(Results.parse(JSON.parse(JSON.stringify(fullResults())))).toEqual(fullResults())
    expect(Results.safeParse({ ...fullResults(), schema: 'montana.bench/2' }).success).toBe(false)
    expect(Results.safeParse({ ...fullResults(), more: 1 }).success).toBe(false)
  })

  it('are written beside their page', () => {
    const folder = mkdtempSync(join(tmpdir(), 'montana-bench-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const [json, page] = writeResults(join(folder, 'new'), fullResults(), [])
    expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual(fullResults())
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/)
  })

  it('are readable on a terminal, what is not met first', () => {
    const lines = renderText(fullResults()).split('\n')
    expect(lines.slice(0, 2)).toEqual(['not met (1)', '  ✗ issue 2: words of missed: 1.23 ×, at least 1.3 ×; this run'])
    expect(lines).toContain(
      '  ◐ issue 2: words of partly: 3.9 s, at least 1.3 s; npm run soak:watch (noted at 8cbe89b, 2026-11-26) (200 trials of 1,000)',
    )
    expect(lines).toContain('bench sync: FAILED after 4 s: ended with 1')
    expect(lines.at(-2)).toBe('goals: 1 not met, 1 in part, 1 not measured here, 1 not on record, 1 met')
  })
})

describe('what a run stands on', () => {
  it('is a commit, or none outside a checkout', () => {
    expect(revisionOf(import.meta.dirname).commit).toMatch(/^[0-9a-f]{40}$/)
    expect(revisionOf('/')).toEqual({ commit: null, isDirty: false })
  })

  it('is a processor with the instructions that count', () => {
    expect(flagsIn('model name : x\nflags\t\t: fpu aes avx2 sha_ni\nflags : bmi2\n')).toEqual(['sha_ni', 'avx2', 'aes'])
    expect(flagsIn('Features\t: fp asimd sha2\n')).toEqual(['sha2', 'asimd'])
    expect(flagsIn('')).toEqual([])
  })
})
