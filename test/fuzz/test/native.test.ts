import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildProblem, NATIVE_TARGETS, nativeReport, readInHand, runProgram, runReplay } from '@montana/fuzz'
import { describe, expect, it } from 'vitest'

const RUN = { only: [], seconds: 0, seed: 1, minimize: false, findings: '/nowhere' }
const END = { code: 0, signal: null, isAbsent: false, isLate: false, stdout: '', stderr: '' }
const line = (target: string) =>
  JSON.stringify({
    target: `native/${target}`,
    runs: 3,
    perSecond: 1,
    features: 1,
    edges: 1,
    corpus: 3,
    grown: 0,
    findings: [],
  })
const told = (count: number) => NATIVE_TARGETS.slice(0, count).map(line).join('\n')

describe('the fuzzer of the addon', () => {
  it('is skipped without cargo or its compiler alone; what does not compile is an error', () => {
    expect(buildProblem(END)).toBeUndefined()
    expect(buildProblem({ ...END, code: null, isAbsent: true, stderr: 'ENOENT' })).toHaveProperty('skipped')
    const bare = { ...END, code: 1, stderr: 'error: rustup could not choose a version of cargo to run' }
    expect(buildProblem(bare)).toHaveProperty('skipped')
    expect(buildProblem({ ...END, code: 101, stderr: 'error[E0425]: cannot find function' })).toHaveProperty('error')
    expect(buildProblem({ ...END, code: null, isLate: true })).toHaveProperty('error')
  })

  it('has told of every target, and ended by itself', () => {
    expect(nativeReport(RUN, 0, { ...END, stdout: told(6) })).toMatchObject({ findings: [] })
    expect(nativeReport(RUN, 0, { ...END, stdout: told(5) })).toHaveProperty('error')
    expect(nativeReport(RUN, 0, END)).toHaveProperty('error')
    expect(nativeReport({ ...RUN, only: ['merkle'] }, 0, { ...END, stdout: line('merkle') })).toHaveProperty('targets')
  })

  it('that panics, dies or hangs is an error that names the target at work', () => {
    const half = { ...END, stdout: told(2) }
    const error = (end: object) => (nativeReport(RUN, 0, { ...half, ...end }) as { error: string }).error
    expect(error({ code: 101 })).toMatch(/code 101, in native\/clock/)
    expect(error({ code: null, signal: 'SIGSEGV' })).toMatch(/SIGSEGV, in native\/clock/)
    expect(error({ code: null, isLate: true })).toMatch(/in its time, in native\/clock/)
  })

  it('ends when its time is over', async () => {
    expect(await runProgram('sleep', ['60'], { limitMs: 100 })).toMatchObject({ isLate: true, signal: 'SIGKILL' })
    expect(await runProgram('/nowhere/at-all', [], { limitMs: 100 })).toMatchObject({ isAbsent: true })
  })

  it('has the targets that the crate has', () => {
    const source = join(import.meta.dirname, '..', '..', '..', 'native', 'fuzz', 'src', 'targets.rs')
    const names = readFileSync(source, 'utf8').matchAll(/^ {8}name: "([^"]+)",$/gm)
    expect([...names].map(([, name]) => name)).toEqual(NATIVE_TARGETS)
  })

  it('is replayed as the others are, or says why not', { timeout: 660_000 }, async () => {
    const { targets, inputs, breaches, skipped } = await runReplay(['native'])
    expect(breaches).toEqual([])
    if (skipped.length > 0) return process.stdout.write(`SKIPPED: ${skipped.join()}\n`)
    expect(targets).toBe(NATIVE_TARGETS.length)
    expect(inputs).toBeGreaterThan(targets)
  })
})

describe('a replay', () => {
  it('of one target is of that one', async () => expect((await runReplay(['consensus/vote'])).targets).toBe(1))
  it('of nobody is refused', async () => {
    await expect(runReplay(['consensus/nobody'])).rejects.toThrow(/no target is named consensus\/nobody/)
    await expect(runReplay(['native/nobody'])).rejects.toThrow(/no target is named native\/nobody/)
  })
})

it('a process that died while it loaded had nothing in hand', () => {
  expect(readInHand('/nowhere/in-hand')).toBeUndefined()
})
