import { type EngineConfig, engineConfig, ZERO_HASH } from '@montana/consensus'
import { bytesEqual } from '@montana/foundation'
import { devnetGenesis, devnetParams, type GenesisDocument, genesisHash, nodeIdOf } from '@montana/ledger'
import { createBehaviour } from './byzantine/behaviours.js'
import { Dice } from './kernel/dice.js'
import { EventQueue } from './kernel/event-queue.js'
import type { Trace } from './kernel/trace.js'
import { Network, type Scheduler } from './network/network.js'
import { Authenticator } from './node/authenticator.js'
import type { HostBug } from './node/bugs.js'
import { peerName } from './node/names.js'
import type { Packet } from './node/packet.js'
import { Process, type ProcessModules } from './node/process.js'
import type { Watch } from './node/watch.js'
import { FaultDriver } from './plan/fault-driver.js'
import { type NodePlan, type Plan, WINDOW_MS } from './plan/plan.js'
import { ClockStub } from './stubs/clock.js'
import { SignatureScheme, type StubSigner } from './stubs/signatures.js'

export interface WorldInit {
  readonly plan: Plan
  readonly trace: Trace
  readonly bugs: ReadonlySet<HostBug>
  /** Made once the genesis document is known. */
  createWatch(document: GenesisDocument, world: World): Watch
}

/** One network with everything around it. Nothing in it waits, reads a clock or draws from anything but the seed. */
export class World implements Scheduler {
  readonly document: GenesisDocument
  readonly processes: readonly Process[]
  readonly network: Network<Packet>
  readonly faults: FaultDriver
  readonly clock = new ClockStub()
  readonly signatures = new SignatureScheme()
  readonly watch: Watch
  readonly #queue = new EventQueue()
  readonly #trace: Trace
  nowMs = 0
  #events = 0

  constructor({ plan, trace, bugs, createWatch }: WorldInit) {
    this.#trace = trace
    const signers = plan.nodes.map((_, index) => this.signatures.createSigner(`${plan.seed}/node/${index}`))
    this.document = createDocument(plan, signers, this.signatures)
    this.watch = createWatch(this.document, this)
    const dice = new Dice(plan.seed, 'network')
    this.network = new Network(plan.nodes.length, {
      scheduler: this,
      dice,
      deliver: (...args) => this.#deliver(...args),
    })
    this.faults = new FaultDriver(this, plan, new Dice(plan.seed, 'faults'))
    const authenticator = new Authenticator(this.signatures, genesisHash(this.document))
    this.processes = plan.nodes.map((node, index) => {
      const init = { index, name: peerName(index), signer: signerAt(signers, index), document: this.document, bugs }
      const behaviour = createBehaviour(node.behaviours, new Dice(plan.seed, `byzantine/${index}`))
      const stepsPerSecond = (node.speed * (plan.params.d0 ?? devnetParams.d0) * 1000) / WINDOW_MS
      const config = this.#config(node, init.signer)
      const isNewcomer = node.role === 'newcomer'
      return new Process(
        { ...init, config, stepsPerSecond, isNewcomer, behaviour },
        this.#modules(plan, index, authenticator),
      )
    })
  }

  /** Events run so far. */
  get events(): number {
    return this.#events
  }

  after(delayMs: number, run: () => void): void {
    this.#queue.push(this.nowMs + delayMs, run)
  }

  note(what: string): void {
    this.#trace.note(this.nowMs, '--', what)
  }

  start(): void {
    for (const process of this.processes) this.startProcess(process)
  }

  startProcess(process: Process): void {
    process.start()
    this.watch.started()
    this.reconnect(
      [process.index],
      this.processes.map(({ index }) => index),
    )
  }

  /** The disk of a process that is down loses the signature journal, or everything. */
  forget(process: Process, isEverything: boolean): void {
    if (isEverything) process.disk.wipe()
    else process.disk.forgetJournal()
    this.note(`${process.name} forgets ${isEverything ? 'everything' : 'its journal'}`)
    this.watch.forgot(process)
  }

  /** Pairs that can reach each other both ways notice that they have a connection again. */
  reconnect(left: readonly number[], right: readonly number[]): void {
    for (const a of left) for (const b of right) if (a !== b) this.#connect(a, b)
  }

  /** Runs until `isDone`, which is asked after every event, or until virtual time is up; returns whether it was done. */
  runUntil(isDone: () => boolean, limitMs: number): boolean {
    const endMs = this.nowMs + limitMs
    while (!isDone()) {
      if (this.#queue.nextMs > endMs) return false
      const next = this.#queue.pop()
      if (!next) return false
      this.nowMs = next.atMs
      this.#events++
      next.run()
    }
    return true
  }

  #connect(a: number, b: number): void {
    const [left, right] = [this.processes[a], this.processes[b]]
    if (!left?.isUp || !right?.isUp || !this.network.isOpen(a, b) || !this.network.isOpen(b, a)) return
    this.after(50, () => left.connect(right.name))
    this.after(50, () => right.connect(left.name))
  }

  #deliver(from: number, to: number, packet: Packet): void {
    this.processes[to]?.deliver(from, packet)
  }

  #config({ minWindowMs, verify }: NodePlan, signer: StubSigner): Omit<EngineConfig, 'random'> {
    const selfNodeId = nodeIdOf(signer.publicKey)
    const random = { next: () => 0 }
    return engineConfig(this.document, {
      genesisHash: genesisHash(this.document),
      selfNodeId,
      minWindowMs,
      verify,
      random,
    })
  }

  #modules(plan: Plan, index: number, authenticator: Authenticator): ProcessModules {
    return {
      scheduler: this,
      dice: new Dice(plan.seed, `node/${index}`),
      trace: this.#trace,
      watch: this.watch,
      clock: this.clock,
      authenticator,
      peers: plan.nodes.map((_, peer) => peer).filter((peer) => peer !== index),
      nodeIdOf: (peer) => this.processes[peer]?.nodeId ?? ZERO_HASH,
      send: (to, packet) => this.network.send(index, to, packet),
      crashChance: () => this.faults.crashChance,
      onCrash: (process) => this.faults.restartSoon(process.index),
    }
  }

  /** Which process has this node_id. */
  processOf(nodeId: Uint8Array): Process | undefined {
    return this.processes.find(({ init }) => bytesEqual(init.config.selfNodeId, nodeId))
  }
}

function createDocument(plan: Plan, signers: readonly StubSigner[], scheme: SignatureScheme): GenesisDocument {
  const operators = plan.nodes.flatMap(({ role }, index) => {
    if (role !== 'member') return []
    const { publicKey } = signerAt(signers, index)
    const account = scheme.createSigner(`${plan.seed}/account/${index}`)
    return [{ label: `m${index}`, nodePublicKey: publicKey, accountPublicKey: account.publicKey }]
  })
  return { ...devnetGenesis(operators, plan.rules), params: { ...devnetParams, ...plan.params } }
}

function signerAt(signers: readonly StubSigner[], index: number): StubSigner {
  const signer = signers[index]
  if (!signer) throw new RangeError(`no signer ${index}`)
  return signer
}
