import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mark, sweep, unmark } from '@montana/chaos'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MARK = 'running'
let dir: string
const started: ChildProcess[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'montana-sweep-'))
})

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

function makeRun(name: string): string {
  const runDir = join(dir, name)
  mkdirSync(join(runDir, 'nodes'), { recursive: true })
  return runDir
}

/** Stopped, as by a `freeze` that nobody ended. */
function startIn(runDir: string, isLeader: boolean) {
  const argv = ['-e', 'setInterval(() => {}, 1000)', join(runDir, 'nodes', 'ada')]
  const child = spawn(process.execPath, argv, { stdio: 'ignore', detached: isLeader })
  started.push(child)
  child.kill('SIGSTOP')
  return { child, ended: new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal))) }
}

async function deadPid(): Promise<number | undefined> {
  const child = spawn('true')
  await new Promise((resolve) => child.once('exit', resolve))
  return child.pid
}

describe('sweep', () => {
  it('ends and removes what a run has left that was killed', async () => {
    const runDir = makeRun('run-1-2')
    writeFileSync(join(runDir, MARK), `${await deadPid()} 12345`)
    const { ended } = startIn(runDir, true)
    const reader = startIn(runDir, false)
    sweep(dir)
    expect(await ended).toBe('SIGKILL')
    expect(existsSync(runDir)).toBe(false)
    expect(reader.child.exitCode ?? reader.child.signalCode).toBeNull()
  })

  it('knows another process that was given the same id', () => {
    const runDir = makeRun('run-1-2')
    writeFileSync(join(runDir, MARK), `${process.pid} 1`)
    sweep(dir)
    expect(existsSync(runDir)).toBe(false)
  })

  it('leaves a run that goes on, and one that ended and has something to show', () => {
    const [goesOn, ended] = [makeRun('run-1-2'), makeRun('run-3-4')]
    mark(goesOn)
    mark(ended)
    unmark(ended)
    sweep(dir)
    expect([goesOn, ended].map((runDir) => existsSync(runDir))).toEqual([true, true])
  })
})
