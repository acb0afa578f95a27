import type { EngineState, OutgoingMessage } from '@montana/consensus'
import { contentId } from '../kernel/content-id.js'
import type { Dice } from '../kernel/dice.js'
import type { Authenticator } from './authenticator.js'
import type { HostBug } from './bugs.js'
import { CatchUp } from './catch-up.js'
import type { Disk } from './disk.js'
import { Inbox, type UndatedEvent } from './inbox.js'
import { peerIndex, peerName } from './names.js'
import { describePacket, type Packet, RANGE_WINDOWS, type StoredWindow } from './packet.js'
import type { Timers } from './timers.js'

/** How often a process tells its peers where it stands, ms. */
const STATUS_MS = 10_000

export interface PostboxModules {
  readonly timers: Timers
  readonly dice: Dice
  readonly disk: Disk
  readonly authenticator: Authenticator
  readonly bugs: ReadonlySet<HostBug>
  readonly peers: readonly number[]
  state(): EngineState
  feed(event: UndatedEvent): void
  send(to: number, packet: Packet): void
  note(line: string): void
}

/** What comes in from peers, for one life of a process: messages for the engine, and catch-up with both its sides. */
export class Postbox {
  readonly #modules: PostboxModules
  readonly #inbox: Inbox
  readonly #catchUp: CatchUp

  constructor(modules: PostboxModules) {
    this.#modules = modules
    const { authenticator, dice, disk, timers, send } = modules
    this.#inbox = new Inbox({ authenticator, onBehind: (from, window) => this.noteBehind(from, window) })
    this.#catchUp = new CatchUp({
      dice,
      head: () => disk.head,
      nowMs: () => timers.nowMs,
      after: (delayMs, run) => timers.after(delayMs, run),
      ask: send,
      apply: (peer, stored) => this.#apply(peer, stored),
    })
    timers.after(dice.between(0, STATUS_MS), () => this.#announce())
  }

  receive(from: number, packet: Packet): void {
    switch (packet.type) {
      case 'message':
        return this.#hear(from, packet.message)
      case 'status':
        return this.#isCatchingUp ? this.#catchUp.noteHead(from, packet.head) : undefined
      case 'ask':
        return this.#serve(from, packet.id, packet.fromWindow)
      case 'answer':
        return this.#catchUp.receive(from, packet.id, packet.windows)
    }
  }

  noteBehind(from: string, window: number): void {
    if (this.#isCatchingUp) this.#catchUp.noteBehind(peerIndex(from), window)
  }

  get #isCatchingUp(): boolean {
    return !this.#modules.bugs.has('no-catch-up')
  }

  #hear(from: number, message: OutgoingMessage): void {
    const { state, note, feed } = this.#modules
    const name = peerName(from)
    const { event, outcome } = this.#inbox.receive(state(), name, message)
    note(`< ${name} ${describePacket({ type: 'message', message })} ${contentId(message.payload)} ${outcome}`)
    if (event) feed(event)
  }

  #serve(to: number, id: number, fromWindow: number): void {
    const { disk, send } = this.#modules
    const stored = disk.commits.slice(fromWindow - 1, fromWindow - 1 + RANGE_WINDOWS)
    const windows = stored.map(({ window, envelope }) => {
      return { window, envelope, certificate: disk.certificates.get(window) }
    })
    send(to, { type: 'answer', id, windows })
  }

  /** Whether the window is applied, or waits for the own clock. */
  #apply(peer: number, { window, envelope }: StoredWindow): boolean {
    const { disk, timers, state } = this.#modules
    if (disk.head < window) this.#hear(peer, { kind: 'proposal', window, payload: envelope })
    return timers.isRunning && (disk.head >= window || state().held !== undefined)
  }

  #announce(): void {
    const { peers, send, disk, timers } = this.#modules
    for (const peer of peers) send(peer, { type: 'status', head: disk.head })
    timers.after(STATUS_MS, () => this.#announce())
  }
}
