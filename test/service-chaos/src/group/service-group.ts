import { fileURLToPath } from 'node:url'
import { nowMs } from '@montana/chaos/program'
import { sleep } from '@montana/foundation'
import { createNamespaces, type TrialNetwork } from '@montana/netns'
import { ChatLog, Group, HOSTS, MACHINES, type Place } from '@montana/trials'
import type { Thaw, Trace } from '../check/types.js'
import { keyOf } from '../service/sink.js'
import { ANSWERED_MS, Client } from './client.js'

const SERVICE = fileURLToPath(new URL('../service/main.js', import.meta.url))
const CLIENT = 'client'
/** Of the examples' chat service, which is the sink. */
const SINK_MACHINE = 'chat'
const SINK_PORT = 9_600
const SERVICE_PORT = 9_000
const START_MS = 60_000

export interface ServiceGroupInit {
  readonly dir: string
  /** A letter: groups of one process do not meet. */
  readonly tag: string
  readonly signal: AbortSignal
  /** Where agents run; asked at each of their starts. */
  readonly placeOf?: (host: string) => Place
  /** When all files are there, and no process. */
  beforeStart?(service: ServiceGroup): Promise<void>
}

/** Five hosts with their agents, three witnesses, a fenced sink and a client, each in a namespace of its own. */
export class ServiceGroup {
  readonly group: Group
  readonly network: TrialNetwork
  readonly client: Client
  readonly thaws: Thaw[] = []
  #sink: ChatLog | undefined

  private constructor(group: Group, network: TrialNetwork) {
    this.group = group
    this.network = network
    const hosts = HOSTS.map((host) => `${host}=http://${network.addressOf(host)}:${SERVICE_PORT}`)
    this.client = new Client(network, CLIENT, hosts.join(','))
  }

  /** Rejects when nobody serves within a minute. */
  static async start({ dir, tag, signal, placeOf, beforeStart }: ServiceGroupInit): Promise<ServiceGroup> {
    const network = createNamespaces([...MACHINES, CLIENT], `${process.pid}${tag}`)
    let made: ServiceGroup | undefined
    try {
      const choices = { overrides: { services: servicesOf(network) }, ...(placeOf && { placeOf }) }
      const group = await Group.create(dir, network, choices)
      made = new ServiceGroup(group, network)
      await beforeStart?.(made)
      group.start()
      made.client.start()
      if (!(await made.isWhole(START_MS, signal))) throw new Error(`the group did not start: see ${dir}`)
      made.#sink = new ChatLog(group.layout.home(SINK_MACHINE))
      return made
    } catch (error) {
      if (made) await made.close()
      else await network.close()
      throw error
    }
  }

  /** All five could serve, exactly one does, and the client is answered, in requests that ended after `sinceMs`. */
  async isWhole(timeoutMs: number, signal: AbortSignal, sinceMs = nowMs()): Promise<boolean> {
    const { group, client } = this
    const isWhole = () =>
      nowMs() > sinceMs + ANSWERED_MS &&
      HOSTS.every((host) => group.roles.isEligible(host, 'serve')) &&
      group.roles.leaders('serve').length === 1 &&
      client.isAnswered()
    for (const endMs = Date.now() + timeoutMs; !isWhole(); await sleep(50, signal)) if (Date.now() > endMs) return false
    return true
  }

  trace(): Trace {
    const acknowledged = this.client.writes.filter(({ isOk }) => isOk).map(({ id }) => keyOf(id))
    const effects = this.#sink?.effects() ?? []
    const { roles } = this.group
    const wallOffsetMs = Date.now() - nowMs()
    const sent = new Map(this.client.writes.map(({ id, sentMs }) => [keyOf(id), sentMs + wallOffsetMs]))
    return { spans: roles.tenures(), effects, acknowledged, thaws: this.thaws, ends: roles.ends, sent }
  }

  async close(): Promise<void> {
    this.#sink?.close()
    this.client.stop()
    await this.group.close()
  }
}

function servicesOf(network: TrialNetwork) {
  const sink = `http://${network.addressOf(SINK_MACHINE)}:${SINK_PORT}`
  const command = [process.execPath, SERVICE, '--sink', sink, '--port', String(SERVICE_PORT)]
  const health = { kind: 'http', url: `http://127.0.0.1:${SERVICE_PORT}/`, progressField: 'progress' }
  return { writes: { policy: 'serve', run: { command }, health } }
}
