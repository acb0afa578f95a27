import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const support = (name: string) => join(import.meta.dirname, 'support', name)
const dir = mkdtempSync(join(tmpdir(), 'montana-program-test-'))
let count = 0

afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** The leader of a group of its own, as what is started from a terminal. */
async function startWorking() {
  const file = join(dir, String(count++))
  const argv = [support('foreground.mjs'), support('slow-cleaner.mjs'), file]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return { child, ended, isCleaned: () => existsSync(file) }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) throw new Error('it was not started')
  process.kill(-pid, signal)
}

describe('runProgram', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('cleans up when a terminal sends %s to the whole group, and says so', async (signal, code) => {
    const { child, ended, isCleaned } = await startWorking()
    signalGroup(child, signal)
    expect({ code: await ended, isCleaned: isCleaned() }).toEqual({ code, isCleaned: true })
  })

  it('cleans up when it is told a second time', async () => {
    const { child, ended, isCleaned } = await startWorking()
    signalGroup(child, 'SIGINT')
    setTimeout(() => signalGroup(child, 'SIGINT'), 500)
    expect({ code: await ended, isCleaned: isCleaned() }).toEqual({ code: 130, isCleaned: true })
  })

  it('cleans up when nobody reads its output any more', async () => {
    const { child, ended, isCleaned } = await startWorking()
    child.stdout.destroy()
    expect({ code: await ended, isCleaned: isCleaned() }).toEqual({ code: 141, isCleaned: true })
  })
})
