import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, Socket } from 'node:net'
import { seededRandom, systemTime, type TimeSource } from '@montana/foundation'
import type { Address } from './address.js'
import { CLEAR, type Conditions, problemWith } from './conditions.js'
import { Line } from './line.js'
import { Pipe, type PipeCounts } from './pipe.js'

/** `forward` is from who connects to the target, `backward` from the target. */
export interface Change {
  readonly forward?: Partial<Conditions>
  readonly backward?: Partial<Conditions>
}

export interface LinkProxyOptions extends Change {
  readonly to: Address
  /** Default: a free port of 127.0.0.1. */
  readonly listen?: Address
  /** All that is random follows from it. Default 1. */
  readonly seed?: number
}

export interface Counts {
  /** Open ones. */
  readonly connections: number
  readonly accepted: number
  readonly refused: number
  readonly forward: Readonly<PipeCounts>
  readonly backward: Readonly<PipeCounts>
}

const FREE_PORT: Address = { host: '127.0.0.1', port: 0 }
const DEFAULT_SEED = 1
/** Jitter and changed bytes of both directions are drawn apart, so that one does not move when the other is changed. */
const STREAMS_PER_CONNECTION = 4
/** Odd, hence different for every stream; no other reason. */
const SEED_STEP = 0x9e3779b1

interface Way {
  conditions: Conditions
  readonly line: Line
  readonly counts: PipeCounts
}

interface Pair {
  readonly sockets: readonly [Socket, Socket]
  readonly pipes: readonly [Pipe, Pipe]
}

/** A TCP link to one address that is as bad as it is told to be. */
export class LinkProxy {
  readonly #to: Address
  readonly #seed: number
  readonly #time: TimeSource
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  readonly #forward: Way
  readonly #backward: Way
  #accepted = 0
  #refused = 0
  #isCut = false

  private constructor({ to, seed = DEFAULT_SEED, forward, backward }: LinkProxyOptions, time: TimeSource) {
    this.#to = to
    this.#seed = seed
    this.#time = time
    this.#forward = wayOf(forward)
    this.#backward = wayOf(backward)
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#join(socket))
  }

  /** Rejects with the error of the system when the address cannot be had. */
  static async open(options: LinkProxyOptions, time: TimeSource = systemTime): Promise<LinkProxy> {
    const proxy = new LinkProxy(options, time)
    const { host, port } = options.listen ?? FREE_PORT
    proxy.#server.listen(port, host)
    await once(proxy.#server, 'listening')
    return proxy
  }

  get address(): Address {
    const { address, port } = this.#server.address() as AddressInfo
    return { host: address, port }
  }

  get counts(): Counts {
    return {
      connections: this.#pairs.size,
      accepted: this.#accepted,
      refused: this.#refused,
      forward: { ...this.#forward.counts },
      backward: { ...this.#backward.counts },
    }
  }

  /** From now on; what waits inside the link keeps the time at which it is due, unless the rate changes. */
  change({ forward, backward }: Change): void {
    changeWay(this.#forward, forward)
    changeWay(this.#backward, backward)
    for (const { pipes } of this.#pairs) for (const pipe of pipes) pipe.release()
  }

  /**
   * Through connections that are open nothing passes any more, not even their end; new ones are as before. So do those
   * fare that an outage has left to the back-off of TCP.
   */
  strand(): void {
    for (const { pipes } of this.#pairs) for (const pipe of pipes) pipe.strand()
  }

  /** Resets every connection at both ends and refuses new ones. */
  cut(): void {
    this.#isCut = true
    for (const pair of this.#pairs) this.#end(pair)
  }

  /** Takes connections again. */
  heal(): void {
    this.#isCut = false
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(near: Socket): void {
    near.on('error', ignore)
    if (this.#isCut) {
      this.#refused += 1
      near.resetAndDestroy()
      return
    }
    const far = new Socket({ allowHalfOpen: true })
    far.on('error', ignore)
    far.setNoDelay(true)
    const pair: Pair = { sockets: [near, far], pipes: this.#pipes(near, far) }
    this.#pairs.add(pair)
    for (const socket of pair.sockets) socket.on('close', () => this.#leave(pair))
  }

  #pipes(near: Socket, far: Socket): [Pipe, Pipe] {
    const { host, port } = this.#to
    const time = this.#time
    const first = STREAMS_PER_CONNECTION * this.#accepted++
    const random = (stream: number) => seededRandom(this.#seed ^ Math.imul(first + stream, SEED_STEP))
    const forward = { from: near, to: far, time, jitter: random(1), noise: random(2), ...partsOf(this.#forward) }
    const backward = { from: far, to: near, time, jitter: random(3), noise: random(4), ...partsOf(this.#backward) }
    return [new Pipe(forward, () => far.connect(port, host)), new Pipe(backward)]
  }

  #leave(pair: Pair): void {
    if (pair.sockets.every((socket) => socket.closed)) this.#end(pair)
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair)
    for (const pipe of pair.pipes) pipe.close()
    for (const socket of pair.sockets) socket.resetAndDestroy()
  }
}

function wayOf(conditions: Partial<Conditions> = {}): Way {
  return { conditions: { ...CLEAR, ...checked(conditions) }, line: new Line(), counts: { bytes: 0, changed: 0 } }
}

function changeWay(way: Way, change: Partial<Conditions> = {}): void {
  way.conditions = { ...way.conditions, ...checked(change) }
  if (change.bytesPerSecond !== undefined) way.line.clear()
}

/** A rate of 0 would be a time of NaN in every timer. */
function checked(conditions: Partial<Conditions>): Partial<Conditions> {
  const problem = problemWith(conditions)
  if (problem !== undefined) throw new RangeError(`conditions of a link: ${problem}`)
  return conditions
}

function partsOf(way: Way) {
  return { line: way.line, counts: way.counts, conditions: () => way.conditions }
}

/** A socket's error is followed by its close, and that is what passes the link. */
function ignore(): void {}
