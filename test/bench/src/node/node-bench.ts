import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IDLE_PROGRAM, runtimePeer } from '@montana/bench-peers'
import { NODE_FLAGS } from '@montana/node/runtime-flags'
import type { Bench, BenchOptions, BenchReport, ShownReport } from '../bench.js'
import { machine, machineNotes } from '../machine.js'
import { temporaryFolder } from '../temporary.js'
import { nodeBounds, nodeFigures } from './figures.js'
import { meshStatusUrl, soloNode } from './fixtures.js'
import { end, pause, type Sample, sample, startMontana, statusUrlOf, untilReady } from './processes.js'
import { BARE, MESH, type NodeRow, SOLO } from './rows.js'
import { nodeTables } from './tables.js'

/** About one window a second: the clock never rests. */
const FULL_SPEED_D = 25_000_000
const WARM_UP_MS = 15_000
const SAMPLE_MS = 2_000
const MIB = 2 ** 20
/** Promised for one node in its steady state. */
export const RSS_LIMIT_BYTES = 130e6
export const LOOP_DELAY_LIMIT_MS = 20

export const nodeBench: Bench = {
  name: 'node',
  summary: 'memory and event-loop delay of one node with its clock at full speed',
  run: runNodeBench,
  render: renderNodeReport,
  tables: nodeTables,
}

async function runNodeBench({ rounds, progress }: BenchOptions): Promise<BenchReport> {
  const host = machine()
  const rows = [await bareNode()]
  progress('one node, clock at full speed')
  rows.push(await soloRow(rounds))
  progress('one node of a mesh of four, paced at two seconds')
  rows.push(await meshRow(rounds))
  const [bare, solo] = rows
  const ratios = { soloToBare: (solo?.rssBytes ?? 0) / (bare?.rssBytes ?? 1) }
  const values = { ratios, figures: nodeFigures(rows), bounds: nodeBounds(rows), peers: [runtimePeer()] }
  const limits = { rssBytes: RSS_LIMIT_BYTES, loopDelayP99Ms: LOOP_DELAY_LIMIT_MS }
  const [where, ...warnings] = machineNotes(host, rounds)
  return { bench: 'node', ...host, rounds, rows, ...values, limits, notes: [where, ...warnings] }
}

/** What the runtime costs before any of our code. */
async function bareNode(): Promise<NodeRow> {
  const child = spawn(process.execPath, ['-e', IDLE_PROGRAM], { stdio: 'ignore' })
  await pause(1_000)
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  await end(child)
  const rss = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024
  const none = { loopDelayP99Ms: null, windows: 0, stepsPerSecond: null }
  return { name: BARE, rssBytes: rss, rssMaxBytes: rss, ...none }
}

async function soloRow(rounds: number): Promise<NodeRow> {
  const folder = temporaryFolder()
  const child = startMontana(await soloNode(folder.path, FULL_SPEED_D), NODE_FLAGS)
  try {
    return await observe(SOLO, await statusUrlOf(child), rounds)
  } finally {
    await end(child)
    folder.remove()
  }
}

async function meshRow(rounds: number): Promise<NodeRow> {
  const folder = temporaryFolder()
  const devnet = join(folder.path, 'devnet')
  const child = startMontana(['devnet', '--data-dir', devnet, '--quiet'])
  try {
    const url = await untilReady(() => meshStatusUrl(devnet, 'moscow'))
    return await observe(MESH, url, rounds)
  } finally {
    await end(child)
    folder.remove()
  }
}

async function observe(name: string, statusUrl: string, rounds: number): Promise<NodeRow> {
  await pause(WARM_UP_MS)
  const samples: Sample[] = []
  for (let round = 0; round < rounds; round++) {
    await pause(SAMPLE_MS)
    samples.push(await sample(statusUrl))
  }
  const last = samples.at(-1)
  const rss = samples.map((one) => one.rss).sort((a, b) => a - b)
  return {
    name,
    rssBytes: rss[Math.floor(rss.length / 2)] ?? 0,
    rssMaxBytes: rss.at(-1) ?? 0,
    loopDelayP99Ms: Math.max(...samples.map((one) => one.loopDelayP99Ms ?? 0)),
    windows: (last?.window ?? 0) - (samples[0]?.window ?? 0),
    stepsPerSecond: last?.stepsPerSecond ?? null,
  }
}

function renderNodeReport(report: ShownReport): string {
  const rows = report.rows as readonly NodeRow[]
  const width = Math.max(...rows.map(({ name }) => name.length))
  const header = `${''.padEnd(width)}  rss median  rss max   loop p99   windows  clock`
  const lines = rows.map((row) => {
    const mib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`.padStart(10)
    const delay = row.loopDelayP99Ms === null ? '-' : `${row.loopDelayP99Ms.toFixed(1)} ms`
    const clock = row.stepsPerSecond === null ? '-' : `${(row.stepsPerSecond / 1e6).toFixed(1)} M steps/s`
    const cells = [mib(row.rssBytes), mib(row.rssMaxBytes), delay.padStart(9), String(row.windows).padStart(8)]
    return `${row.name.padEnd(width)}  ${cells.join(' ')}  ${clock}`
  })
  const limits = `limits: ${RSS_LIMIT_BYTES / 1e6} MB resident, ${LOOP_DELAY_LIMIT_MS} ms p99 by which timers come late`
  return `${[header, ...lines, '', limits, ...report.notes].join('\n')}\n`
}
