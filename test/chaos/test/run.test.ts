import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { longIt } from '../../support/long-it.js'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const RUNNER = join(import.meta.dirname, '..', '..', '..', 'scripts', 'run.mjs')
const NAMESPACES = '/run/netns'
/** The time that is asked for, the other build, and the proof of the stores, on a busy host. */
const RUN_TIMEOUT_MS = 900_000

const STDIO = ['ignore', 'pipe', 'pipe', 'ipc'] as ('ignore' | 'pipe' | 'ipc')[]

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Of all runs: the other build is made once. */
const dir = mkdtempSync(join(tmpdir(), 'montana-chaos-test-'))

afterAll(() => rmSync(dir, { recursive: true, force: true }))

function startChaos(...args: string[]) {
  return heardFrom(spawn(process.execPath, [MAIN, '--data-dir', dir, ...args], { stdio: STDIO }))
}

/** As from a terminal: the runner leads a group, and the program is in it. */
function startFromTerminal(...args: string[]) {
  const argv = [RUNNER, 'chaos', '--data-dir', dir, ...args]
  return heardFrom(spawn(process.execPath, argv, { stdio: STDIO, detached: true }))
}

function heardFrom(child: ChildProcess) {
  const heard = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk) => {
    heard.stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    heard.stderr += chunk
  })
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...heard })))
  return { child, heard, ended }
}

const runsKept = () => readdirSync(dir).filter((name) => name.startsWith('run-'))
const namespacesOf = (pid: number | undefined) =>
  existsSync(NAMESPACES) ? readdirSync(NAMESPACES).filter((name) => name.startsWith(`mt${pid}-`)) : []

/** Command lines of all processes that name the folder. */
function processesOfRuns(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    const command = commandOf(pid)
    return command.includes(dir) ? [command] : []
  })
}

function commandOf(pid: string): string {
  try {
    return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

describe('npm run chaos', () => {
  longIt(
    'holds five real nodes to the rules for two minutes',
    async () => {
      const { child, ended } = startChaos('--minutes', '2', '--seed', '3', '--json')
      const { code, stdout, stderr } = await ended
      const report = JSON.parse(stdout)
      expect(report, stderr).toMatchObject({ schema: 'montana.chaos/1', verdict: 'PASS', seed: 3, violations: [] })
      expect(code).toBe(0)
      expect(report.amounts.faultsDone).toBeGreaterThan(0)
      expect(stderr).toContain('step 1 of')
      expect(runsKept()).toEqual([])
      expect(namespacesOf(child.pid)).toEqual([])
    },
    RUN_TIMEOUT_MS,
  )

  longIt(
    'does without namespaces, and says what that leaves out',
    async () => {
      const { ended } = startChaos('--minutes', '2', '--seed', '4', '--network', 'loopback')
      const { code, stdout } = await ended
      for (const kind of ['one-way', 'loss']) expect(stdout).toMatch(new RegExp(`left out: ${kind}: this run was told`))
      expect(stdout).toContain('; loopback')
      expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^PASS: seed 4, /)
      expect(code).toBe(0)
    },
    RUN_TIMEOUT_MS,
  )

  longIt(
    'ends everything when it is interrupted from a terminal in the middle of a fault',
    async () => {
      const { child, heard, ended } = startFromTerminal('--minutes', '5', '--seed', '1')
      await expect.poll(() => heard.stdout, { timeout: RUN_TIMEOUT_MS / 2 }).toContain('step 2 of')
      expect(processesOfRuns().length).toBeGreaterThan(5)
      const [run = ''] = runsKept()
      process.kill(-(child.pid ?? Number.NaN), 'SIGINT')
      const { code } = await ended
      expect(code).toBe(130)
      expect(processesOfRuns()).toEqual([])
      expect(namespacesOf(Number(run.split('-').at(-1)))).toEqual([])
      expect(runsKept()).toEqual([])
    },
    RUN_TIMEOUT_MS,
  )

  it('refuses what it does not know, with a remedy', async () => {
    const { ended } = startChaos('--minutes', 'many')
    expect(await ended).toMatchObject({ code: 2, stderr: expect.stringContaining("--minutes 'many'") })
  })
})
