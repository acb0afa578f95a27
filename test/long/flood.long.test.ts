import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { flood, STRANGER, startSink } from '../e2e/support/flood.js'
import { startMontana, temporaryFolder, until } from '../e2e/support/montana.js'
import { devnetIdentity } from '../e2e/support/network.js'
import { NodeView } from '../e2e/support/node-view.js'
import { ProbeMesh } from '../e2e/support/probe-mesh.js'
import { tellFigure } from '../support/figure.js'

const LABELS = ['moscow', 'frankfurt', 'helsinki', 'armenia'] as const
type Label = (typeof LABELS)[number]
const TARGET = 'frankfurt'
const OTHERS = LABELS.filter((label) => label !== TARGET)
/** Has a place in the devnet's manifest and is not started: from there the test measures. */
const PROBE = 'late'
const PER_SECOND = 1_000
/** Many short ones, in turn: what else the machine does hits both sides alike. */
const ROUNDS = 9
const PHASE_S = 20
/** A node sums up the delay of its loop over a minute. */
const LOOP_S = 60
/** A node takes five pings per second from a peer. */
const PING_MS = 250
/** Cadence and p99 of the others within 20 % of control. */
const TOLERANCE = 0.2
/** Reliability goal 19: of a core, for strangers. */
const STRANGERS_CPU = 0.25
/** Spec transport 20: p99 of the loop delay at most 5 ms above idle. */
const LOOP_DELAY_MS = 5

interface Phase {
  readonly windows: number
  readonly ms: number
  readonly rttsMs: readonly number[]
  readonly attempted: number
  readonly answered: number
  /** p99 of the target, at the end. */
  readonly loopDelayMs: number
  /** Of the target's processor, share of one core. */
  readonly cpu: number
}

class Devnet {
  readonly #dir: string
  readonly #nodes: ReadonlyMap<string, NodeView>

  private constructor(dir: string) {
    this.#dir = dir
    this.#nodes = new Map(LABELS.map((label) => [label, new NodeView(join(dir, label))]))
  }

  /** Real processes, until each has cemented three windows; they end with the test. */
  static async start(): Promise<Devnet> {
    const dir = temporaryFolder()
    startMontana(['devnet', '--data-dir', dir, '--json', '--no-console', '--poll-every', '0'])
    const devnet = new Devnet(dir)
    for (const label of LABELS) {
      await until(async () => (await devnet.node(label).head()) >= 3, 60_000, `${label} at window 3`)
    }
    return devnet
  }

  node(label: Label): NodeView {
    return this.#nodes.get(label) ?? new NodeView(join(this.#dir, label))
  }

  get manifest(): string {
    return readFileSync(join(this.#dir, 'manifest.json'), 'utf8')
  }

  listenOf(label: string): string {
    const { peers } = JSON.parse(this.manifest) as { peers: { label: string; multiaddr: string }[] }
    return peers.find((peer) => peer.label === label)?.multiaddr ?? ''
  }

  async probe(): Promise<ProbeMesh> {
    const genesisHash = fromHex((await this.node(TARGET).status()).genesis_hash, 32) ?? new Uint8Array()
    const identity = await devnetIdentity(PROBE)
    const place = { manifest: this.manifest, genesisHash, identity, listen: this.listenOf(PROBE) }
    const probe = await ProbeMesh.join({ ...place, intervalMs: PING_MS })
    await probe.connectedWith(LABELS.length, 20_000)
    return probe
  }
}

async function measure(devnet: Devnet, probe: ProbeMesh, port: number, seconds = PHASE_S): Promise<Phase> {
  probe.takeRtts()
  const [head, startedMs] = [await devnet.node('moscow').head(), performance.now()]
  const plan = { kind: 'handshakes', perSecond: PER_SECOND, seconds, sources: [STRANGER] } as const
  const before = (await devnet.node(TARGET).status()).res.cpu_s ?? 0
  const { attempted, answered } = await flood({ ...plan, port })
  const windows = (await devnet.node('moscow').head()) - head
  const ms = performance.now() - startedMs
  const rtts = probe.takeRtts()
  const { eld_p99_ms, cpu_s } = (await devnet.node(TARGET).status()).res
  const rttsMs = OTHERS.flatMap((label) => rtts.get(label) ?? [])
  const cpu = ((cpu_s ?? 0) - before) / (ms / 1_000)
  return { windows, ms, rttsMs, attempted, answered, loopDelayMs: eld_p99_ms ?? 0, cpu }
}

const sum = (phases: readonly Phase[], of: (phase: Phase) => number) => phases.reduce((all, one) => all + of(one), 0)
const rounded = (value: number) => Number(value.toFixed(2))

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
}

const p99 = ({ rttsMs }: Phase) => percentile(rttsMs, 0.99)

function summary(phases: readonly Phase[]) {
  const windows = sum(phases, (phase) => phase.windows)
  return {
    perSecond: Math.round(sum(phases, ({ attempted }) => attempted) / (phases.length * PHASE_S)),
    signaturesReceived: sum(phases, ({ answered }) => answered),
    windows,
    windowMs: Math.round(sum(phases, ({ ms }) => ms) / windows),
    pings: sum(phases, ({ rttsMs }) => rttsMs.length),
    p99Ms: phases.map((phase) => rounded(p99(phase))),
    middleP99Ms: rounded(percentile(phases.map(p99), 0.5)),
  }
}

describe('a thousand handshakes per second from outside the manifest', () => {
  it('against one node of a devnet leave the others as they are beside a sink', async () => {
    const devnet = await Devnet.start()
    const probe = await devnet.probe()
    const { port: sinkPort } = await startSink()
    const targetPort = Number(devnet.listenOf(TARGET).split('/').at(-1))
    const phases: { control: Phase[]; flood: Phase[] } = { control: [], flood: [] }
    for (let round = 0; round < ROUNDS; round++) {
      phases.control.push(await measure(devnet, probe, sinkPort))
      phases.flood.push(await measure(devnet, probe, targetPort))
    }
    const [idle, busy] = [
      await measure(devnet, probe, sinkPort, LOOP_S),
      await measure(devnet, probe, targetPort, LOOP_S),
    ]
    const [control, flooded] = [summary(phases.control), summary(phases.flood)]
    const loopDelayMs = { control: idle.loopDelayMs, flood: busy.loopDelayMs }
    const cpu = { control: rounded(idle.cpu), flood: rounded(busy.cpu) }
    const [signatures = 0, permits = 0, refused = 0] = await Promise.all(
      ['signatures', 'permits', 'refused'].map((name) =>
        devnet.node(TARGET).metric(`montana_handshake_${name}_total`, 'lane="stranger"'),
      ),
    )
    process.stdout.write(
      `${JSON.stringify({ control, flood: flooded, loopDelayMs, cpu, signatures, permits, refused }, null, 2)}\n`,
    )

    tellFigure('r19-p99', 100 * (flooded.middleP99Ms / control.middleP99Ms - 1), 'one address, not a /24')
    tellFigure('r19-signatures', Math.max(0, signatures - permits), 'one address, not a /24')
    tellFigure('r19-cpu', 100 * (busy.cpu - idle.cpu), 'one address, not a /24')

    expect(Math.min(control.perSecond, flooded.perSecond)).toBeGreaterThan(0.9 * PER_SECOND)
    expect(signatures).toBeGreaterThan(0)
    expect(signatures).toBeLessThanOrEqual(permits)
    // Of one source: ten, and one per second more; in truth far fewer, because it is refused after five failures.
    expect(permits).toBeLessThanOrEqual(10 + ROUNDS * PHASE_S + LOOP_S)
    expect(Math.abs(flooded.windowMs / control.windowMs - 1)).toBeLessThanOrEqual(TOLERANCE)
    expect(flooded.middleP99Ms / control.middleP99Ms).toBeLessThanOrEqual(1 + TOLERANCE)
    expect(busy.cpu - idle.cpu).toBeLessThanOrEqual(STRANGERS_CPU)
    expect(loopDelayMs.flood - loopDelayMs.control).toBeLessThanOrEqual(LOOP_DELAY_MS)
  }, 900_000)
})
