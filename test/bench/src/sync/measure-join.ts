import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import {
  generate,
  LABELS,
  type Label,
  manifestJson,
  NETWORK_NAME,
  operatorIdentity,
  pathsOf,
  readFacts,
} from '@montana/synthetic'
import { temporaryFolder } from '../temporary.js'
import type { JoinResult, NetworkFiles } from './orders.js'
import { SyncProcess } from './processes.js'

export const SEED = 'bench'
const JOINER = 'joiner'

export interface MeasuredJoin extends JoinResult {
  /** Processor time of the four servers together. */
  readonly serversCpuSeconds: number
}

export type OnLine = (line: string) => void

/**
 * Four servers over one frozen state and one joiner, all on loopback and each a process of its own. The state is made anew
 * unless MONTANA_BENCH_STATE names a folder in which states are kept, one for each number of accounts.
 */
export async function measureJoin(accounts: number, onLine: OnLine, { window = 256 } = {}): Promise<MeasuredJoin> {
  const folder = temporaryFolder()
  try {
    const out = join(process.env.MONTANA_BENCH_STATE ?? folder.path, `${accounts}-accounts`)
    await prepareState(out, accounts, window, onLine)
    return await joinState(out, join(folder.path, 'joiner'), onLine)
  } finally {
    folder.remove()
  }
}

/** A folder that is complete already, and has as many accounts, is used again. */
export async function prepareState(out: string, accounts: number, window: number, onLine: OnLine): Promise<void> {
  const facts = await readFacts(out).catch(() => undefined)
  if (facts?.accounts === accounts && facts.seed === SEED) return
  const onStep = (step: string, done: number, of: number) =>
    onLine(`making ${accounts} accounts: ${step} ${done} of ${of}`)
  await generate({ accounts, seed: SEED, out, window, after: 0 }, onStep)
}

/** Who serves a state, and who of them tells one lie in fifty records. */
export interface Serving {
  readonly labels: readonly Label[]
  readonly liar?: Label
}

/** One join of a prepared state into `dataDir`, by processes of its own. */
export async function joinState(
  out: string,
  dataDir: string,
  onLine: OnLine,
  { labels, liar }: Serving = { labels: LABELS },
): Promise<MeasuredJoin> {
  const { window } = await readFacts(out)
  const paths = pathsOf(out)
  const { listens, files } = await networkOf(paths.genesis)
  const listenOf = (index: number) => listens[index] ?? ''
  const servers = labels.map(() => new SyncProcess())
  const joiner = new SyncProcess()
  try {
    const serving = labels.map((label) => {
      const place = { label, listen: listenOf(LABELS.indexOf(label)), dataDir: paths.state }
      return { do: 'serve', ...place, window, lies: label === liar } as const
    })
    await Promise.all(serving.map((order, index) => servers[index]?.ask({ ...files, ...order })))
    const result = await joiner.ask({ ...files, do: 'join', listen: listenOf(LABELS.length), dataDir }, onLine)
    const ofServers = await Promise.all(servers.map((server) => server.ask({ do: 'cpu' })))
    return { ...result, serversCpuSeconds: ofServers.reduce((sum, seconds) => sum + seconds, 0) }
  } finally {
    await Promise.all([...servers, joiner].map((one) => one.end()))
  }
}

async function networkOf(genesisFile: string): Promise<{ listens: readonly string[]; files: NetworkFiles }> {
  const labels = [...LABELS, JOINER]
  const ports = await freePorts(labels.length)
  const listens = ports.map((port) => `/ip4/127.0.0.1/tcp/${port}`)
  const listeners = await Promise.all(
    labels.map(async (label, index) => {
      return { label, identity: await operatorIdentity(SEED, label), listen: listens[index] ?? '' }
    }),
  )
  const genesis = readFileSync(genesisFile, 'utf8')
  return { listens, files: { genesis, manifest: manifestJson(NETWORK_NAME, listeners), seed: SEED } }
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
