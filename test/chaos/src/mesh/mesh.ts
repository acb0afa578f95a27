import { join } from 'node:path'
import type { TrialNetwork } from '@montana/netns'
import { Agent } from '../agent/agent.js'
import type { AgentInit } from '../agent/messages.js'
import type { Recorder } from '../history/recorder.js'
import { FakeClock } from '../host/fake-clock.js'
import { SmallDisk } from '../host/small-disk.js'
import { LABELS, type Label, NODE_PORT } from './constants.js'
import { linkPort, type MemberFiles, type MeshFiles } from './files.js'
import { ChaosNode } from './node.js'

const POLL_EVERY_MS = 200

export interface MeshInit {
  readonly network: TrialNetwork
  readonly files: MeshFiles
  readonly recorder: Recorder
  readonly seed: number
  /** Entry point of the build that all nodes run first. */
  readonly build: string
  /** Whose wall clock will be set, and whose disk will be filled: they get one of their own. */
  readonly clocks: readonly Label[]
  readonly disks: readonly Label[]
}

/** Five nodes, and beside each the agent of its machine. */
export class Mesh {
  readonly nodes = new Map<Label, ChaosNode>()
  readonly agents = new Map<Label, Agent>()
  readonly clocks = new Map<Label, FakeClock>()
  readonly disks = new Map<Label, SmallDisk>()
  readonly #init: MeshInit

  constructor(init: MeshInit) {
    this.#init = init
  }

  /** Agents before nodes: the links must be there when the nodes dial. */
  async start(): Promise<void> {
    for (const member of this.#init.files.members) await this.#prepare(member)
    for (const node of this.nodes.values()) node.start()
  }

  async stopNodes(): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => node.end('SIGTERM')))
  }

  /** Ends everything, whatever state it is in, and leaves all data in its folders. */
  async close(): Promise<void> {
    for (const node of this.nodes.values()) node.signal('SIGCONT')
    await this.stopNodes()
    await Promise.all([...this.agents.values()].map((agent) => agent.stop()))
    for (const disk of this.disks.values()) await disk.close()
    this.disks.clear()
  }

  async #prepare(member: MemberFiles): Promise<void> {
    const { network, files, recorder, seed, build, clocks, disks } = this.#init
    const { label, dataDir } = member
    if (clocks.includes(label)) this.clocks.set(label, new FakeClock(join(dataDir, '..', `${label}.clock`)))
    if (disks.includes(label)) this.disks.set(label, await SmallDisk.over(dataDir))
    const disk = this.disks.get(label)
    const init = agentInit(label, disk?.seen ?? dataDir, network, seed)
    this.agents.set(label, await Agent.start(network, label, init, (line) => recorder.hear(label, line)))
    const place = { within: disk?.within ?? [], environment: this.clocks.get(label)?.environment ?? {} }
    const onEvent = (event: Recorder['events'][number]) => void recorder.events.push(event)
    const { genesisPath } = files
    this.nodes.set(label, new ChaosNode({ network, files: member, genesisPath, build, onEvent, ...place }))
  }
}

function agentInit(label: Label, dataDir: string, network: TrialNetwork, seed: number): AgentInit {
  const host = network.addressOf(label)
  const links = LABELS.filter((other) => other !== label).map((from) => ({ from, host, port: linkPort(from) }))
  return { dataDir, pollEveryMs: POLL_EVERY_MS, links, node: { host, port: NODE_PORT }, seed }
}
