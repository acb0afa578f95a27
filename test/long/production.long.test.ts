import { expect, it } from 'vitest'
import { montana, temporaryFolder } from '../e2e/support/montana.js'
import { tellFigure } from '../support/figure.js'

const PRODUCTION_D = 325_000_000
const WINDOWS = 3
const TIMEOUT_MS = 900_000
const PING_INTERVAL_S = 5

interface NodeResult {
  readonly label: string
  readonly peers: readonly { readonly label: string; readonly ok: number; readonly timeout: number }[]
}

it(
  'three windows at the production D in four processes, heartbeats held',
  async () => {
    const dir = temporaryFolder()
    const args = ['devnet', '--data-dir', dir, '--json', '--windows', String(WINDOWS), '--d0', String(PRODUCTION_D)]
    const run = await montana([...args, '--min-window-ms', '0', '--stall-timeout', '300'])
    const result = JSON.parse(run.stdout)
    expect(result.reasons).toEqual([])
    expect(result).toMatchObject({ verdict: 'PASS', windows: WINDOWS })
    const expected = result.durationMs / 1000 / PING_INTERVAL_S
    const running = result.nodes as NodeResult[]
    const labels = new Set(running.map(({ label }) => label))
    // The manifest of a devnet names who may join it later, too.
    const nodes = running.map(({ label, peers }) => ({ label, peers: peers.filter((peer) => labels.has(peer.label)) }))
    const timeouts = nodes.flatMap(({ peers }) => peers.map(({ timeout }) => timeout))
    expect(timeouts).toHaveLength(running.length * (running.length - 1))
    tellFigure(
      'production-d',
      timeouts.reduce((sum, count) => sum + count, 0),
    )
    for (const node of nodes) {
      for (const peer of node.peers) {
        expect(peer.timeout, `${node.label} to ${peer.label}`).toBe(0)
        expect(peer.ok, `${node.label} to ${peer.label}`).toBeGreaterThan(0.8 * expected - 3)
      }
    }
    process.stdout.write(`${JSON.stringify({ durationMs: result.durationMs, clock: result.clock })}\n`)
  },
  TIMEOUT_MS,
)
