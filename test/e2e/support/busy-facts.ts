import { request } from 'node:http'
import type { TrialNetwork } from '@montana/netns'
import { ChatLog, type Group, HOSTS } from '@montana/trials'
import type { Burning } from './burn.js'

/** The sink has taken an effect so shortly before the end; lost packets are sent again with growing patience. */
const LATEST_MS = 15_000
const ASK_MS = 5_000

/** What is there when the time is over: "nobody moved" means nothing of hosts that are dead, idle or undisturbed. */
export interface BusyFacts {
  /** Hosts whose agent ended. */
  readonly dead: readonly string[]
  /** Hosts whose agent says nothing when it is asked. */
  readonly silent: readonly string[]
  /** Since the sink took the last effect, ms; Infinity where it took none. */
  readonly idleMs: number
  /** TCP segments that the hosts sent again since the loss began. */
  readonly resent: number
  readonly isBusy: boolean
}

/** Why such a run has shown nothing, or something bad. Pure. */
export function complaintsAbout({ dead, silent, idleMs, resent, isBusy }: BusyFacts): string[] {
  return [
    ...dead.map((host) => `the agent of ${host} ended`),
    ...silent.map((host) => `the agent of ${host} does not answer`),
    ...(idleMs > LATEST_MS ? [`the sink took nothing for ${idleMs} ms`] : []),
    ...(resent > 0 ? [] : ['no packet was lost']),
    ...(isBusy ? [] : ['the cores were not kept busy']),
  ]
}

export interface BusyInit {
  readonly group: Group
  readonly burning: Burning
  /** What `resentBy` said when the loss began. */
  readonly resentBefore: number
}

export async function busyFacts({ group, burning, resentBefore }: BusyInit): Promise<BusyFacts> {
  const isBusy = burning.isBusy()
  const answers = await Promise.all(HOSTS.map((host) => isAnswering(group.layout.socket(host))))
  return {
    dead: HOSTS.filter((host) => !group.host(host).isRunning),
    silent: HOSTS.filter((_, index) => !answers[index]),
    idleMs: idleOf(group),
    resent: (await resentBy(group.network)) - resentBefore,
    isBusy,
  }
}

/** TCP segments that all hosts together have sent again since they are there. */
export async function resentBy(network: TrialNetwork): Promise<number> {
  const counts = await Promise.all(HOSTS.map((host) => resentIn(network, host)))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Two lines, names and values; of the namespace in which the file is read. */
export function resentOf(snmp: string): number {
  const [names, values] = snmp.split('\n').filter((line) => line.startsWith('Tcp:'))
  const column = names?.split(' ').indexOf('RetransSegs') ?? -1
  return Number(values?.split(' ')[column] ?? 0)
}

async function resentIn(network: TrialNetwork, host: string): Promise<number> {
  const reading = network.spawn(host, ['cat', '/proc/net/snmp'], { stdio: ['ignore', 'pipe', 'ignore'] })
  return resentOf((await reading.stdout?.setEncoding('utf8').toArray())?.join('') ?? '')
}

function idleOf(group: Group): number {
  const log = new ChatLog(group.layout.home('chat'))
  try {
    return Date.now() - (log.latestAccepted(0)?.at_ms ?? Number.NEGATIVE_INFINITY)
  } finally {
    log.close()
  }
}

function isAnswering(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/live', signal: AbortSignal.timeout(ASK_MS) }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asking.once('error', () => resolve(false))
    asking.end()
  })
}
