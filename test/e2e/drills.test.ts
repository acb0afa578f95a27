import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isAlive, montana, startMontana, temporaryFolder, until } from './support/montana.js'

interface Status {
  window: number
  sampled_at: string
  degraded: string[]
  proc: { instance: string; uptime_s: number }
  peers: { label: string; conns: number; handshakes: { none: number } }[]
}

const FAULTS = [
  ...['partition:moscow-armenia@2:forever', 'diskfull:helsinki@2:forever', 'clock:frankfurt-30s@2:forever'],
  'kill:armenia@4:1',
]
const OFFSET_MS = -30_000
const OFFSET_TOLERANCE_MS = 2_000
/** Longer than the pause before a first dial. */
const LONG_ENOUGH_TO_DIAL_MS = 3_000

it('endless drills outlive restarts of their nodes, and nothing of them outlives the devnet, not even kill -9', async () => {
  const dir = temporaryFolder()
  const run = ['devnet', '--data-dir', dir, '--no-console', '--min-window-ms', '500', '--poll-every', '1']
  const { child, finished } = startMontana([...run, ...FAULTS.flatMap((fault) => ['--fault', fault])])
  const runFile = (label: string): { pid: number; statusUrl: string } =>
    JSON.parse(readFileSync(join(dir, label, 'run.json'), 'utf8'))
  const status = async (label: string): Promise<Status | undefined> => {
    try {
      return (await (await fetch(`${runFile(label).statusUrl}/status.json`)).json()) as Status
    } catch {
      return undefined
    }
  }
  const towards = async (label: string, peer: string) => (await status(label))?.peers.find((one) => one.label === peer)

  await until(async () => (await towards('moscow', 'armenia'))?.conns === 0, 60_000, 'the link is cut')
  await until(async () => (await status('helsinki'))?.degraded.includes('LOG_ENOSPC') ?? false, 20_000, 'a full log')
  // Each node meets its fault when it has cemented window 2 itself: one may be later than another.
  const offset = async () => Date.parse((await status('frankfurt'))?.sampled_at ?? '') - Date.now()
  await until(async () => Math.abs((await offset()) - OFFSET_MS) < OFFSET_TOLERANCE_MS, 20_000, 'a clock 30 s behind')
  expect((await status('frankfurt'))?.proc.uptime_s).toBeGreaterThan(0)

  const before = (await status('armenia'))?.proc.instance
  await until(
    async () => {
      const now = (await status('armenia'))?.proc.instance
      return now !== undefined && now !== before
    },
    60_000,
    'armenia was killed and is back',
  )
  await new Promise((resolve) => setTimeout(resolve, LONG_ENOUGH_TO_DIAL_MS))
  expect(await towards('armenia', 'moscow')).toMatchObject({ conns: 0, handshakes: { none: 0 } })
  const reached = (await status('helsinki'))?.window ?? 0
  expect(lstatSync(join(dir, 'helsinki', 'node.log')).isSymbolicLink()).toBe(true)

  const pids = readdirSync(dir).flatMap((label) => {
    try {
      return runFile(label).pid
    } catch {
      return []
    }
  })
  child.kill('SIGKILL')
  await finished
  await until(() => !pids.some(isAlive), 5_000, 'all nodes gone')
  const again = await montana([...run, '--windows', '3', '--json'])
  // Its verdict counts pings and polls as well, which a busy host may miss: whether the mesh is whole is asked here.
  const { windows, nodes, firstWindow } = JSON.parse(again.stdout)
  expect(windows).toBe(3)
  expect(nodes.map((node: { headerHash: string }) => node.headerHash)).toEqual(Array(4).fill(nodes[0].headerHash))
  expect(firstWindow, 'a full log has cost no window').toBeGreaterThanOrEqual(reached)
  expect(lstatSync(join(dir, 'helsinki', 'node.log')).isFile()).toBe(true)
  expect(readdirSync(join(dir, 'helsinki'))).not.toContain('node.log.aside')
  const [archived = ''] = readdirSync(join(dir, 'soak-runs'))
  const document = JSON.parse(readFileSync(join(dir, 'soak-runs', archived, 'soak.run.json'), 'utf8'))
  expect([document.run_id.slice(0, 8), document.drills.length]).toEqual([archived, FAULTS.length])
}, 180_000)
