import type { Connection } from '@libp2p/interface'
import { type Limits, PROTOCOLS, type Suite } from '@montana/transport'
import type { StatusMessage } from '../ext/status.js'
import type { RequestGate } from '../limits/request-gate.js'
import type { PeerScore } from '../limits/score.js'
import { newStanding, type Standing } from '../limits/standing.js'
import type { Traffic } from '../wire/stream-io.js'
import type { Heard } from './heard.js'
import { HeartbeatState } from './heartbeat-state.js'
import { OutboundQueue } from './outbound-queue.js'
import { RttWindow } from './rtt-window.js'

/** Who a message came from or goes to. */
export interface PeerRef {
  readonly peerId: string
  /** Of the manifest; `undefined` for a stranger. */
  readonly label: string | undefined
  readonly nodeIdHex: string | undefined
}

/** One connection of a peer. */
export interface Link {
  readonly connection: Connection
  readonly suite: Suite
  /** `false` after the remote answered `na` to the extension protocol. */
  speaksExt: boolean | undefined
  hasStatus: boolean
  misses: number
  hasAnswered: boolean
  /** Ended here, because a new connection has taken its place. */
  isReplaced: boolean
  /** Turn in which it was pinged last, or opened. */
  turn: number
  readonly heard: Heard
  /** What had been heard over it when the latest ping was sent to the peer, over whichever connection. */
  askedAtBytes: number | undefined
  /** The same of the latest ping that was not answered. */
  silentFromBytes: number | undefined
}

function isOwnLink({ suite, speaksExt }: Link): boolean {
  return suite === 'hybrid' || speaksExt === true
}

/** Profile of an open connection; `none` is what no encrypter of ours can have made: spec transport 8.1. */
export function suiteOf({ encryption }: Pick<Connection, 'encryption'>): Suite | 'none' {
  if (encryption === PROTOCOLS.hybrid) return 'hybrid'
  return encryption === PROTOCOLS.pq ? 'pq' : 'none'
}

/** Everything that the mesh knows of one peer; lives on between its connections. */
export class Peer implements PeerRef, Standing {
  #ref: PeerRef
  readonly links: Link[] = []
  readonly heartbeat: HeartbeatState
  readonly rtt: RttWindow
  readonly queue: OutboundQueue
  readonly gate: RequestGate
  readonly score: PeerScore
  /** Connections that opened, by profile. An attempt that failed opened none: it is in {@link dialErrors}. */
  readonly handshakes = { hybrid: 0, pq: 0, none: 0 }
  /** Of envelopes in both roles; not of what carries them. */
  readonly traffic: Traffic = { sentBytes: 0, receivedBytes: 0 }
  /** When it was last reached anew although it was connected: decision 0048. */
  renewedMs: number | undefined
  /** What the dialler waits, or waited, before its latest dial. */
  redialDelayMs: number | undefined
  /** Why there is no connection, as far as it is known: the code of the latest failed dial, or of the close. */
  awayCode: string | undefined
  closed = 0
  dialErrors = 0
  status: StatusMessage | undefined
  statusAtMs: number | undefined
  stateDiverged = false
  readonly #noSyncScore: number
  #turn = 0
  #wasOwn = false
  #upMs = 0
  #connectedSinceMs: number | undefined

  /** `standing`: of an earlier visit. */
  constructor(ref: PeerRef, limits: Limits, { gate, score }: Standing = newStanding(limits)) {
    this.#noSyncScore = limits.score.noSync
    this.#ref = ref
    this.heartbeat = new HeartbeatState(limits.heartbeat)
    this.rtt = new RttWindow(limits.heartbeat.rttWindowMs)
    this.queue = new OutboundQueue({ messages: limits.caps.queueMessages, bytes: limits.caps.queueBytes })
    this.gate = gate
    this.score = score
  }

  get peerId(): string {
    return this.#ref.peerId
  }

  get label(): string | undefined {
    return this.#ref.label
  }

  get nodeIdHex(): string | undefined {
    return this.#ref.nodeIdHex
  }

  /** Another manifest knows it otherwise, or no more. */
  describe({ label, nodeIdHex }: Omit<PeerRef, 'peerId'>): void {
    this.#ref = { peerId: this.peerId, label, nodeIdHex }
  }

  get isConnected(): boolean {
    return this.links.length > 0
  }

  get isHealthy(): boolean {
    return this.isConnected && this.heartbeat.isHealthy
  }

  isSyncSource(nowMs: number): boolean {
    return this.isHealthy && this.status !== undefined && this.score.points(nowMs) < this.#noSyncScore
  }

  /** Label of metrics: free text from the network never becomes one. */
  get metricLabel(): string {
    return this.label ?? 'other'
  }

  /** Whether some connection of it speaks the extension protocol, or has not shown that it does not. */
  get maySpeakExt(): boolean {
    return this.links.some((link) => link.speaksExt !== false)
  }

  /** Whether it is one of ours: a base peer speaks neither the hybrid profile nor the extension protocol. */
  get isOwn(): boolean {
    return this.#wasOwn || this.links.some(isOwnLink)
  }

  /** Connections over which nothing at all came since a ping was sent that was not answered: what is slow is not silent. */
  get silentLinks(): Link[] {
    return this.links.filter(({ heard, silentFromBytes }) => heard.bytes === silentFromBytes)
  }

  get isSilent(): boolean {
    return this.isConnected && this.silentLinks.length === this.links.length
  }

  /** A ping is sent, over whichever connection. */
  asked(): void {
    for (const link of this.links) link.askedAtBytes = link.heard.bytes
  }

  /** The ping was not answered. */
  missed(): void {
    for (const link of this.links) link.silentFromBytes = link.askedAtBytes
  }

  /** It is there over a new connection: what its others did says nothing of it any more. */
  renewed(nowMs: number): void {
    this.renewedMs = nowMs
    for (const link of this.links) link.silentFromBytes = undefined
    this.heartbeat.restart()
  }

  /** Open connections by profile. */
  get suites(): Readonly<Record<Suite, number>> {
    const count = (suite: Suite) => this.links.filter((link) => link.suite === suite).length
    return { hybrid: count('hybrid'), pq: count('pq') }
  }

  addLink(connection: Connection, suite: Suite, nowMs: number, heard: Heard): Link {
    const link: Link = {
      connection,
      suite,
      speaksExt: undefined,
      hasStatus: false,
      misses: 0,
      hasAnswered: false,
      isReplaced: false,
      turn: this.#turn,
      heard,
      askedAtBytes: undefined,
      silentFromBytes: undefined,
    }
    if (!this.isConnected) this.#connectedSinceMs = nowMs
    this.links.push(link)
    return link
  }

  removeLink(connectionId: string, nowMs: number): Link | undefined {
    const index = this.links.findIndex((link) => link.connection.id === connectionId)
    if (index === -1) return undefined
    const [link] = this.links.splice(index, 1)
    this.closed += 1
    this.#wasOwn ||= link !== undefined && isOwnLink(link)
    if (!this.isConnected) {
      this.#wasOwn = false
      this.#upMs = this.upMs(nowMs)
      this.#connectedSinceMs = undefined
    }
    return link
  }

  /** Cumulative time with at least one connection. */
  upMs(nowMs: number): number {
    return this.#upMs + this.connectedMs(nowMs)
  }

  /** Time without a gap with at least one connection, up to now: spec transport 16.1. */
  connectedMs(nowMs: number): number {
    return this.#connectedSinceMs === undefined ? 0 : nowMs - this.#connectedSinceMs
  }

  /** The link whose turn it is to carry the ping: the one that has waited longest, the oldest of several. */
  takeTurn(): Link | undefined {
    const open = this.links.filter(({ connection }) => connection.status === 'open')
    const next = open.reduce<Link | undefined>(
      (best, link) => (best && best.turn <= link.turn ? best : link),
      undefined,
    )
    if (next !== undefined) next.turn = ++this.#turn
    return next
  }

  /** The link that a message goes over: open, answering, and then the oldest. */
  bestLink(usable: (link: Link) => boolean = () => true): Link | undefined {
    const open = this.links.filter((link) => link.connection.status === 'open' && usable(link))
    return open.reduce<Link | undefined>((best, link) => (best && best.misses <= link.misses ? best : link), undefined)
  }
}
