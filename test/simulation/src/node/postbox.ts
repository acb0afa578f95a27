import type { EngineState, Origin, ProposerRule, Wanted } from '@montana/consensus'
import { contentId } from '../kernel/content-id.js'
import type { Dice } from '../kernel/dice.js'
import { answerTo } from './answers.js'
import type { Authenticator } from './authenticator.js'
import type { HostBug } from './bugs.js'
import { CatchUp } from './catch-up.js'
import type { Disk } from './disk.js'
import { Inbox, type UndatedEvent } from './inbox.js'
import { peerIndex, peerName } from './names.js'
import {
  type ClockProof,
  describePacket,
  type EvidencePair,
  type Message,
  type Packet,
  type StoredWindow,
} from './packet.js'
import { Requests } from './requests.js'
import type { Timers } from './timers.js'

/** How often a process tells its peers where it stands, ms. */
const STATUS_MS = 10_000
/** As in the node: how long a fetch waits for one peer, and how many it asks. */
const FETCH_TIMEOUT_MS = 5_000
const FETCH_PEERS = 3

export interface PostboxModules {
  readonly timers: Timers
  readonly dice: Dice
  readonly disk: Disk
  readonly authenticator: Authenticator
  readonly rule: ProposerRule
  /** Windows are cemented with certificates, which a range then carries. */
  readonly isVoting: boolean
  readonly bugs: ReadonlySet<HostBug>
  readonly peers: readonly number[]
  state(): EngineState
  feed(event: UndatedEvent): void
  send(to: number, packet: Packet): void
  note(line: string): void
  nodeIdOf(peer: number): Uint8Array
  proofOf(window: number): ClockProof | undefined
  ownRegistration(hash: Uint8Array): Uint8Array | undefined
  takeEvidence(pair: EvidencePair): void
}

/** What comes in from peers, for one life of a process: messages for the engine, and requests with both their sides. */
export class Postbox {
  readonly #modules: PostboxModules
  readonly #inbox: Inbox
  readonly #catchUp: CatchUp
  readonly requests: Requests

  constructor(modules: PostboxModules) {
    this.#modules = modules
    const { authenticator, rule, dice, disk, timers, send } = modules
    this.requests = new Requests({ timers, send })
    this.#inbox = new Inbox({ authenticator, rule, onBehind: (from, window) => this.noteBehind(from, window) })
    const apply = (peer: number, stored: StoredWindow) => this.#apply(peer, stored)
    this.#catchUp = new CatchUp({ dice, timers, requests: this.requests, head: () => disk.head, apply })
    timers.after(dice.between(0, STATUS_MS), () => this.#announce())
  }

  receive(from: number, packet: Packet): void {
    switch (packet.type) {
      case 'message':
        return this.#hear(from, packet.message)
      case 'evidence':
        return this.#modules.takeEvidence(packet.evidence)
      case 'status':
        return this.#noteStatus(from, packet.head)
      case 'ask': {
        const { id, question } = packet
        return this.#modules.send(from, { type: 'answer', id, answer: answerTo(this.#modules, question) })
      }
      case 'answer':
        return this.requests.receive(from, packet.id, packet.answer)
    }
  }

  /** Gets what the engine lacks; the answers are heard like anything that peers say. */
  fetch(wanted: Wanted): void {
    const { dice, peers } = this.#modules
    const first = wanted.from ? [peerIndex(wanted.from)] : []
    const others = dice.shuffle(peers.filter((peer) => !first.includes(peer)))
    const asked = [...first, ...others].slice(0, FETCH_PEERS)
    this.requests.askEach(asked, wanted, FETCH_TIMEOUT_MS, (answer, peer) => {
      if (!('messages' in answer)) return false
      for (const message of answer.messages) this.#hear(peer, message)
      return true
    })
  }

  noteBehind(from: string, window: number): void {
    if (this.#isCatchingUp) this.#catchUp.noteBehind(peerIndex(from), window)
  }

  get #isCatchingUp(): boolean {
    return !this.#modules.bugs.has('no-catch-up')
  }

  #noteStatus(from: number, head: number): void {
    const { feed, nodeIdOf } = this.#modules
    if (this.#isCatchingUp) this.#catchUp.noteHead(from, head)
    feed({ type: 'status', nodeId: nodeIdOf(from), window: head })
  }

  #hear(from: number, message: Message, origin: Origin = 'live'): void {
    const { state, note, feed, timers } = this.#modules
    if (!timers.isRunning) return
    const name = peerName(from)
    const received = this.#inbox.receive(state(), name, message, origin)
    const outcome = typeof received === 'string' ? received : 'accepted'
    note(`< ${name} ${describePacket({ type: 'message', message })} ${contentId(message.payload)} ${outcome}`)
    if (typeof received !== 'string') feed(received)
  }

  /** Whether the window is applied, or waits for its clock value. */
  #apply(peer: number, { window, envelope, certificate }: StoredWindow): boolean {
    const { disk, timers, state } = this.#modules
    const isApplied = () => disk.head >= window
    if (!isApplied()) this.#hear(peer, { kind: 'proposal', window, payload: envelope }, 'range')
    if (!isApplied() && certificate && this.#modules.isVoting)
      this.#hear(peer, { kind: 'certificate', window, payload: certificate })
    return timers.isRunning && (isApplied() || state().held !== undefined)
  }

  #announce(): void {
    const { peers, send, disk, timers } = this.#modules
    for (const peer of peers) send(peer, { type: 'status', head: disk.head })
    timers.after(STATUS_MS, () => this.#announce())
  }
}
