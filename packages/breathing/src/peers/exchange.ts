import { errorCode, withTimeout } from '@montana/foundation'
import { PEER_TIMEOUT_MS } from '../constants.js'
import { asBreathError } from '../cycle/as-breath-error.js'
import { Queue } from '../cycle/queue.js'
import type { Session } from '../cycle/session.js'
import { BreathError } from '../errors.js'
import { digestOf } from '../files/sync-file.js'
import { NO_HUB } from '../git/hub.js'
import type { BreathPeers, BreathRequest } from '../types.js'
import { headOf, takeBundle } from './bundle.js'
import { BundleServer } from './serve.js'
import { chunkSchema, pokedSchema, pokeSchema } from './wire.js'

/** Called when another host has something new. */
export type OnNews = (host: string) => void

/** Pokes, and git bundles where there is no hub: spec three-mirror 12.1. */
export class PeerExchange {
  readonly #session: Session
  readonly #peers: BreathPeers
  readonly #pulls = new Map<string, Queue>()
  readonly #onNews: OnNews
  /** Heads that other hosts say they have. */
  readonly #heads = new Map<string, string>()
  #server: BundleServer | undefined

  constructor(session: Session, peers: BreathPeers, onNews: OnNews) {
    this.#session = session
    this.#peers = peers
    this.#onNews = onNews
    peers.onRequest((from, type, body) => this.#answer(from, type, body))
  }

  /** Tells these hosts, or all, of the own head; true as soon as one answers that it holds it. */
  async poke(hosts: readonly string[] | 'all', signal?: AbortSignal): Promise<boolean> {
    const head = this.#session.own?.commit
    if (head === undefined) return false
    const names = this.#peers.names().filter((name) => hosts === 'all' || hosts.includes(name))
    const answers = names.map(async (name) => {
      const { holds } = pokedSchema.parse(await this.#request(name, 'poke', { head }, signal))
      if (holds !== head) throw badBundle(name, 'it is not there yet')
    })
    return await Promise.any(answers).then(
      () => true,
      () => false,
    )
  }

  /** A poke or a heartbeat says what a host has; as often as that is not here, it is news. */
  note(host: string, head: string): void {
    this.#heads.set(host, head)
    if (![...this.#session.refs.values()].includes(head)) this.#onNews(host)
  }

  /** Asks those hosts whose head the hub does not show: they may be cut off from it. */
  async pullMissing(refs: ReadonlyMap<string, string>, signal?: AbortSignal): Promise<void> {
    const known = new Set(refs.values())
    const missing = [...this.#heads].filter(([, head]) => !known.has(head)).map(([host]) => host)
    await Promise.allSettled(missing.map((host) => this.pull(host, signal)))
  }

  /** Asks every host for its ref; how many answered. */
  async pullAll(signal?: AbortSignal): Promise<number> {
    const pulls = this.#peers.names().map((name) => this.pull(name, signal))
    const answers = await Promise.all(
      pulls.map((pull) =>
        pull.then(
          () => true,
          () => false,
        ),
      ),
    )
    return answers.filter(Boolean).length
  }

  /** Brings `refs/peers/<host>` up to date; the commit that is here then. */
  async pull(host: string, signal?: AbortSignal): Promise<string> {
    const queue = this.#pulls.get(host) ?? new Queue()
    this.#pulls.set(host, queue)
    return await queue.run(async () => {
      const { repository } = await this.#session.ready()
      const have = await headOf(repository, host, signal)
      try {
        return await this.#transfer(host, have, signal)
      } catch (error) {
        // A history that was cut since has nothing in common with ours.
        if (have === null || errorCode(error) !== 'GIT_FAILED') throw error
        return await this.#transfer(host, null, signal)
      }
    })
  }

  async #transfer(host: string, have: string | null, signal?: AbortSignal): Promise<string> {
    const { repository } = this.#session.parts
    const chunks: Buffer[] = []
    for (let offset = 0; ; ) {
      const answer = await this.#request(host, 'breathWant', { have, offset }, signal)
      const { head, total, digest, data } = chunkSchema.parse(answer)
      if (total === 0 || head === null) return head ?? ''
      const chunk = Buffer.from(data, 'base64')
      chunks.push(chunk)
      offset += chunk.length
      if (chunk.length === 0 || offset > total) throw badBundle(host, 'its length is not what it says')
      if (offset < total) continue
      const bundle = Buffer.concat(chunks)
      if (digestOf(bundle) !== digest) throw badBundle(host, 'it changed on the way')
      await takeBundle(repository, host, bundle, signal)
      return head
    }
  }

  async #request(host: string, type: BreathRequest, body: unknown, signal?: AbortSignal): Promise<unknown> {
    return await withTimeout(PEER_TIMEOUT_MS, signal, (own) => this.#peers.request(host, type, body, own))
  }

  async #answer(from: string, type: BreathRequest, body: unknown): Promise<unknown> {
    if (type === 'breathWant') return await this.#serve(body)
    const { head } = pokeSchema.parse(body)
    const holds = this.#session.options.remote === NO_HUB ? await this.#hold(from) : null
    this.note(from, head)
    return { holds }
  }

  /** Without a hub the answer to a poke is the proof that the write is not on one host alone any more. */
  async #hold(from: string): Promise<string | null> {
    try {
      return (await this.pull(from)) || null
    } catch (error) {
      this.#session.logger.warn({ from, reason: asBreathError(error).message }, 'a poke could not be followed')
      return null
    }
  }

  async #serve(body: unknown): Promise<unknown> {
    const { repository } = await this.#session.ready()
    this.#server ??= new BundleServer(repository, this.#session.options.node)
    return await this.#server.answer(body)
  }
}

function badBundle(host: string, why: string): BreathError {
  return new BreathError('GIT_FAILED', `the bundle of ${host} is not taken: ${why}`, { field: host })
}
