import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PATHS } from '../../packages/operator/src/host/layout.js'
import { nodeStatus } from '../../packages/operator/src/steps/watch.js'
import { tellFigure } from '../support/figure.js'
import { isAlive, montana, startMontana, temporaryFolder, until } from './support/montana.js'

interface RunFile {
  pid: number
  statusUrl: string
}

function runFile(dir: string, label: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, label, 'run.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** A devnet in the background, all four nodes answering. */
async function devnet(dir: string, args: string[], env: Record<string, string> = {}): Promise<Record<string, RunFile>> {
  startMontana(['devnet', '--data-dir', dir, '--poll-every', '0', ...args], env)
  const labels = ['moscow', 'frankfurt', 'helsinki', 'armenia']
  await until(() => labels.every((label) => runFile(dir, label)), 60_000, 'four nodes run')
  return Object.fromEntries(labels.map((label) => [label, runFile(dir, label) as RunFile]))
}

async function status(url: string, query = '') {
  return (await (await fetch(`${url}/status.json${query}`)).json()) as Record<string, unknown>
}

/** One sample of a metric without labels. */
function metric(text: string, name: string): number {
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}

describe('a node in a running mesh', () => {
  it('tells the same on /status.json, /metrics and the command line, and reads never write', async () => {
    const dir = temporaryFolder()
    const nodes = await devnet(dir, ['--min-window-ms', '1500'])
    const { statusUrl } = nodes.frankfurt as RunFile
    await until(async () => ((await status(statusUrl)).window as number) >= 2, 30_000, 'two windows')
    expect((await fetch(`${statusUrl}/healthz`)).status).toBe(200)
    expect((await fetch(`${statusUrl}/readyz`)).status).toBe(200)
    expect((await fetch(`${statusUrl}/nowhere`)).status).toBe(404)
    expect((await fetch(statusUrl, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${statusUrl}/status.json?window=x`)).status).toBe(400)

    const before = await status(statusUrl)
    const metrics = await (await fetch(`${statusUrl}/metrics`)).text()
    const after = await status(statusUrl)
    expect(metric(metrics, 'montana_window')).toBeGreaterThanOrEqual(before.window as number)
    expect(metric(metrics, 'montana_window')).toBeLessThanOrEqual(after.window as number)
    expect(metric(metrics, 'montana_difficulty_steps')).toBe(before.D)
    expect(metric(metrics, 'montana_resident_memory_bytes')).toBeGreaterThan(30e6)
    expect(metric(metrics, 'montana_event_loop_delay_p99_seconds')).toBeGreaterThanOrEqual(0)

    const plain = await montana(['status', '--data-dir', join(dir, 'frankfurt')])
    expect(plain.stdout).toMatch(/^current_window {7}: \d+$/m)
    expect(plain.stdout).toMatch(/^NodeTable {12}: 3 records \(3 active nodes\)$/m)
    const first = JSON.parse((await montana(['status', '--status-url', statusUrl, '--json'])).stdout)
    expect(first).toMatchObject({ label: 'frankfurt', phase: 'Active', network: 'montana-devnet', roster: null })
    const left = join(temporaryFolder(), 'run.json')
    writeFileSync(left, JSON.stringify({ pid: 1, instance: 'killed', statusUrl }))
    for (const command of [['status'], ['soak', 'probe']]) {
      const { code, stdout, stderr } = await montana([...command, '--data-dir', dirname(left), '--json'])
      expect(stdout + stderr, 'the address of a killed node has become that of another').toMatch(
        /another (node|process) answers/,
      )
      expect(code).toBe(command.length === 1 ? 1 : 0)
    }
    const root = temporaryFolder()
    const announce = (instance: string) => {
      writeFileSync(join(root, PATHS.state, 'run.json'), JSON.stringify({ pid: 1, instance, statusUrl }))
      return nodeStatus(root, AbortSignal.timeout(10_000))
    }
    mkdirSync(join(root, PATHS.state), { recursive: true })
    expect(await announce('killed'), 'onboarding takes no other node for its own').toBeUndefined()
    expect(await announce((first.proc as { instance: string }).instance)).toMatchObject({ label: 'frankfurt' })
    const old = await status(statusUrl, '?window=1')
    const everywhere = await Promise.all(Object.values(nodes).map((node) => status(node.statusUrl, '?window=1')))
    for (const other of everywhere)
      expect(other.at_window).toMatchObject({
        header_hash: (old.at_window as never as { header_hash: string }).header_hash,
      })
    const peers = JSON.parse((await montana(['peers', '--status-url', statusUrl, '--json'])).stdout)
    // `late` has a place in the manifest and is not there.
    const started = peers.peers.filter(({ label }: { label: string }) => label !== 'late')
    expect(peers.peers.find(({ label }: { label: string }) => label === 'late')?.dialCode).toBe('ECONNREFUSED')
    for (const peer of started) {
      expect(peer.sent).toBeLessThanOrEqual(peer.ok + peer.timeout + peer.failed + 1)
      expect(peer).toMatchObject({ state: 'healthy', misses: 0, redialDelayMs: null, dialCode: null, score: 0 })
      expect(Math.min(peer.bytesSent, peer.bytesReceived)).toBeGreaterThan(0)
      expect(peer.queue).toEqual({ messages: expect.any(Number), bytes: expect.any(Number) })
    }
    const table = (await montana(['peers', '--status-url', statusUrl])).stdout
    expect(table).toMatch(
      /^peer +id +state +conns .* misses .* dial_err +dial_code +redial_ms +sent_kB +recv_kB +queue +queue_kB +score$/m,
    )
    expect(table.match(/ healthy /g)?.length).toBe(started.length)
    expect(table).toMatch(/^late .* disconnected .* ECONNREFUSED /m)
    const time = JSON.parse((await montana(['time', '--status-url', statusUrl, '--json'])).stdout)
    expect(time).toMatchObject({ epoch: 0, epochLength: 7200 })
    // Every twelfth window is one; how many have passed by now depends on the host.
    expect(time.nextSelection % 12).toBe(0)
    expect(time.nextSelection - time.window).toBeGreaterThanOrEqual(0)
    expect(time.nextSelection - time.window).toBeLessThanOrEqual(12)
    const gone = await montana(['status', '--data-dir', join(dir, 'nobody')])
    expect(gone.code).toBe(1)
    expect(gone.stderr).toContain('no node is running')
  }, 90_000)

  it('stops in under two seconds although the clock is in the middle of a long window', async () => {
    const dir = temporaryFolder()
    const nodes = await devnet(dir, ['--d0', '4294967295', '--min-window-ms', '0'])
    const { pid } = nodes.helsinki as RunFile
    await new Promise((resolve) => setTimeout(resolve, 500))
    const beganMs = performance.now()
    process.kill(pid, 'SIGTERM')
    await until(() => !isAlive(pid), 2_000, 'helsinki is gone')
    tellFigure('node-stop', (performance.now() - beganMs) / 1000)
  }, 90_000)

  it('works on the TypeScript clock, announced by one loud line', async () => {
    const dir = temporaryFolder()
    const args = ['devnet', '--data-dir', dir, '--json', '--windows', '2', '--min-window-ms', '200', '--d0', '200000']
    const run = await montana(args, { MONTANA_NATIVE: 'off' })
    expect(run.code, run.stdout).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({ verdict: 'PASS', clock: { backend: 'typescript' } })
    expect(run.stderr).toMatch(/TypeScript/i)
  }, 120_000)

  it('refuses a chain that contradicts its checkpoint', async () => {
    const dir = temporaryFolder()
    const made = await montana(['devnet', '--data-dir', dir, '--json', '--windows', '2', '--min-window-ms', '500'])
    expect(made.code, made.stdout + made.stderr).toBe(0)
    const good: string = JSON.parse(made.stdout).nodes[3].headerHash
    const start = ['start', '--data-dir', join(dir, 'armenia'), '--solo', '--status-listen', '127.0.0.1:0']
    const wrong = await montana([...start, '--checkpoint', `2:${'ab'.repeat(32)}`])
    expect(wrong.code).toBe(78)
    expect(wrong.stderr).toContain('checkpoint')
    const { child, finished } = startMontana([...start, '--checkpoint', `2:${good}`])
    await until(() => runFile(dir, 'armenia')?.pid === child.pid, 20_000, 'armenia runs alone')
    child.kill('SIGTERM')
    expect((await finished).code).toBe(0)
  }, 90_000)
})
