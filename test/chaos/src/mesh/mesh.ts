import { join } from 'node:path'
import type { TrialNetwork } from '@montana/netns'
import { Agent } from '../agent/agent.js'
import type { AgentInit } from '../agent/messages.js'
import type { Recorder } from '../history/recorder.js'
import { LABELS, type Label, NODE_PORT } from './constants.js'
import { linkPort, type MemberFiles, type MeshFiles } from './files.js'
import { ChaosNode } from './node.js'

const POLL_EVERY_MS = 200
/** Entry point of the build that this package belongs to. */
export const OWN_BUILD = join(import.meta.dirname, '..', '..', '..', '..', 'packages', 'cli', 'dist', 'main.js')

export interface MeshInit {
  readonly network: TrialNetwork
  readonly files: MeshFiles
  readonly recorder: Recorder
  readonly seed: number
  readonly build: string
}

/** Five nodes, and beside each the agent of its machine. */
export class Mesh {
  readonly nodes: ReadonlyMap<Label, ChaosNode>
  readonly agents = new Map<Label, Agent>()
  readonly #init: MeshInit

  constructor(init: MeshInit) {
    this.#init = init
    const { network, files, recorder, build } = init
    const { genesisPath } = files
    this.nodes = new Map(
      files.members.map((member) => {
        const onEvent = (event: Recorder['events'][number]) => void recorder.events.push(event)
        const place = { within: [], environment: {} }
        return [member.label, new ChaosNode({ network, files: member, genesisPath, build, onEvent, ...place })]
      }),
    )
  }

  /** Agents first: the links must be there when the nodes dial. */
  async start(): Promise<void> {
    const { network, files, recorder, seed } = this.#init
    for (const member of files.members) {
      const init = agentInit(member, network, seed)
      const agent = await Agent.start(network, member.label, init, (line) => recorder.hear(member.label, line))
      this.agents.set(member.label, agent)
    }
    for (const node of this.nodes.values()) node.start()
  }

  nodeOf(label: Label): ChaosNode {
    const node = this.nodes.get(label)
    if (!node) throw new RangeError(`no node ${label}`)
    return node
  }

  /** Ends all nodes in order. The agents stay: they have nothing to ask any more. */
  async stopNodes(): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => node.end('SIGTERM')))
  }

  /** Ends everything, whatever state it is in. */
  async close(): Promise<void> {
    for (const node of this.nodes.values()) node.signal('SIGCONT')
    await this.stopNodes()
    await Promise.all([...this.agents.values()].map((agent) => agent.stop()))
  }
}

function agentInit({ label, dataDir }: MemberFiles, network: TrialNetwork, seed: number): AgentInit {
  const host = network.addressOf(label)
  const links = LABELS.filter((other) => other !== label).map((from) => ({ from, host, port: linkPort(from) }))
  return { dataDir, pollEveryMs: POLL_EVERY_MS, links, node: { host, port: NODE_PORT }, seed }
}
