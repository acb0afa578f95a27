import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { longIt } from '../support/long-it.js'
import { isAlive, montana, startMontana, temporaryFolder, until } from './support/montana.js'

const LABELS = ['moscow', 'frankfurt', 'helsinki', 'armenia']
/** Spec protocol, appendix C. */
const DEVNET_GENESIS = '00cb86b1c7114fd09c79e791b6ae4a94905e36b357939bc0614ea63abd59fbc1'
/** Quick windows: these tests are about behaviour, the pace of two seconds is for people. */
const QUICK = ['--min-window-ms', '500']

interface Result {
  verdict: string
  reasons: string[]
  firstWindow: number
  lastWindow: number
  windows: number
  genesisHash: string
  clock: { backend: string; stepsPerSecond: number }
  nodes: {
    label: string
    phase: string
    window: number
    lag: number
    headerHash: string
    stateRoot: string
    rssBytes: number
    restarts: number
    peers: { label: string; sent: number; ok: number; timeout: number }[]
  }[]
}

function parseOne(stdout: string): Result {
  expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  return JSON.parse(stdout) as Result
}

describe('montana devnet', () => {
  it('runs four processes to equal hashes, continues the same chain, and its stores prove themselves', async () => {
    const dir = temporaryFolder()
    const run = ['devnet', '--data-dir', dir, '--json', ...QUICK]
    const first = await montana([...run, '--windows', '6'])
    const result = parseOne(first.stdout)
    expect(result.reasons).toEqual([])
    expect(first.code).toBe(0)
    expect(result).toMatchObject({
      verdict: 'PASS',
      firstWindow: 1,
      lastWindow: 6,
      windows: 6,
      genesisHash: DEVNET_GENESIS,
    })
    expect(['native-shani', 'native-portable', 'typescript']).toContain(result.clock.backend)
    expect(result.clock.stepsPerSecond).toBeGreaterThan(0)
    expect(result.nodes.map(({ label }) => label)).toEqual(LABELS)
    const phases = result.nodes.map(({ phase }) => phase)
    expect(phases.slice(0, 3)).toEqual(['Active', 'Active', 'Active'])
    expect(['Bootstrap', 'CandidateVdf', 'Registered']).toContain(phases[3])
    expect(new Set(result.nodes.map(({ headerHash }) => headerHash)).size).toBe(1)
    expect(new Set(result.nodes.map(({ stateRoot }) => stateRoot)).size).toBe(1)
    for (const node of result.nodes) {
      const others = [...LABELS, 'late'].filter((label) => label !== node.label)
      expect(node.peers.map(({ label }) => label).sort()).toEqual(others.sort())
      expect(node.peers.every(({ timeout }) => timeout === 0)).toBe(true)
      expect(node.lag).toBeLessThanOrEqual(1)
    }

    // Where the system gives no port to anybody who names none: nothing can take one before its node listens.
    const { peers } = JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8'))
    for (const { multiaddr } of peers) expect(Number(multiaddr.split('/').at(-1))).toBeLessThan(32_768)

    const again = parseOne((await montana([...run, '--windows', '3'])).stdout)
    expect(again).toMatchObject({ verdict: 'PASS', genesisHash: DEVNET_GENESIS, windows: 3 })
    expect(again.firstWindow).toBeGreaterThan(6)

    const verified = await montana(['windows', 'verify', '--data-dir', dir, '--json'])
    expect(verified.code, verified.stdout).toBe(0)
    const report = JSON.parse(verified.stdout)
    expect(report.verdict).toBe('PASS')
    for (const node of report.nodes) {
      expect(node).toMatchObject({ first: 1, gaps: [], faults: [] })
      expect(node.last).toBeGreaterThanOrEqual(again.lastWindow)
    }

    const soak = readFileSync(join(dir, 'soak.jsonl'), 'utf8').trimEnd().split('\n')
    for (const line of soak) expect(JSON.parse(line).nodes.map((n: { label: string }) => n.label)).toEqual(LABELS)
    const judged = (folder: string) => JSON.parse(readFileSync(join(folder, 'report', 'report.json'), 'utf8')).run_id
    const { run_id: runId } = JSON.parse(soak[0] ?? '{}')
    expect(judged(dir)).toBe(runId)
    const [archived = ''] = readdirSync(join(dir, 'soak-runs'))
    expect(judged(join(dir, 'soak-runs', archived)).slice(0, 8)).toBe(archived)

    const reset = parseOne((await montana([...run, '--windows', '1', '--reset'])).stdout)
    expect(reset).toMatchObject({ verdict: 'PASS', firstWindow: 1, lastWindow: 1 })
  }, 120_000)

  longIt(
    'pauses while a genesis member is away, and loses no window to kills, crashes and pauses',
    async () => {
      const dir = temporaryFolder()
      const faults = [
        'kill:frankfurt@2:1',
        'kill:moscow@4:1',
        'crash:moscow@6:1',
        'pause:helsinki@8:1',
        'kill:armenia@9:1',
      ]
      const args = ['devnet', '--data-dir', dir, '--json', '--windows', '12', ...QUICK]
      const run = await montana([...args, ...faults.flatMap((fault) => ['--fault', fault])])
      const result = parseOne(run.stdout)
      expect(result.reasons).toEqual([])
      expect(run.code).toBe(0)
      expect(result.nodes.map(({ restarts }) => restarts)).toEqual([2, 1, 0, 1])
      const verified = await montana(['windows', 'verify', '--data-dir', dir, '--json'])
      expect(JSON.parse(verified.stdout).verdict).toBe('PASS')
    },
    180_000,
  )

  it('fails with the object still printed when it stalls', async () => {
    const dir = temporaryFolder()
    const args = ['devnet', '--data-dir', dir, '--json', '--windows', '9', '--stall-timeout', '4', ...QUICK]
    const run = await montana([...args, '--fault', 'kill:helsinki@2:forever'])
    expect(run.code, run.stdout + run.stderr).toBe(1)
    const result = parseOne(run.stdout)
    expect(result.verdict).toBe('FAIL')
    expect(result.reasons.join(), run.stdout).toContain('no window was cemented in time')
  }, 60_000)

  it('ends every node within three seconds on Ctrl-C, and when it is itself killed', async () => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const dir = temporaryFolder()
      const { child, finished } = startMontana(['devnet', '--data-dir', dir, ...QUICK], {}, undefined, true)
      const pids = () => {
        try {
          return LABELS.map((label) => JSON.parse(readFileSync(join(dir, label, 'run.json'), 'utf8')).pid as number)
        } catch {
          return []
        }
      }
      await until(() => pids().length === 4, 30_000, 'four nodes run')
      const running = pids()
      // As a terminal does it: Ctrl-C goes to the whole process group.
      if (signal === 'SIGINT') process.kill(-(child.pid ?? 0), signal)
      else child.kill(signal)
      await until(() => !running.some(isAlive), 3_000, `all nodes gone after ${signal}`)
      const { code, stderr } = await finished
      if (signal === 'SIGINT') expect([code, stderr]).toEqual([0, ''])
    }
  }, 90_000)

  it('refuses a second devnet in the same directory and leaves the first alone', async () => {
    const dir = temporaryFolder()
    startMontana(['devnet', '--data-dir', dir, ...QUICK])
    await until(() => readdirSync(dir).includes('manifest.json'), 30_000, 'the first one runs')
    const second = await montana(['devnet', '--data-dir', dir, '--reset', '--json', '--windows', '1'])
    expect(second.code).toBe(78)
    expect(JSON.parse(second.stdout).error.code).toBe('STORE_LOCKED')
    expect(readdirSync(dir)).toContain('manifest.json')
  }, 60_000)
})
