import type { Wanted } from '@montana/consensus'
import { errorCode, isAbort, type Logger, withTimeout } from '@montana/foundation'
import { OBJECT_KIND, VOTE_KIND } from '@montana/network'
import type { PeerRequests } from '../peer-protocol/requests.js'
import type { Inbox } from './inbox.js'

/** One exchange; a peer that is slower is not waited for. */
const TIMEOUT_MS = 5_000
/** Peers asked before giving up; the engine asks again a second later. */
const PEERS_ASKED = 3
/** Fetches in progress; more are not begun. No special reason: the engine wants a handful of things at a time. */
const MAX_RUNNING = 16

export interface FetcherModules {
  readonly requests: PeerRequests
  readonly inbox: Inbox
  readonly logger: Logger
}

/** Gets what the engine lacks from whoever has it; the answers pass the inbox like anything that peers say. */
export class Fetcher {
  readonly #modules: FetcherModules
  readonly #abort = new AbortController()
  #running = 0
  #fetches = 0

  constructor(modules: FetcherModules) {
    this.#modules = modules
  }

  fetch(wanted: Wanted): void {
    if (this.#running >= MAX_RUNNING || this.#abort.signal.aborted) return
    this.#running++
    void this.#try(wanted).finally(() => this.#running--)
  }

  stop(): void {
    this.#abort.abort()
  }

  async #try(wanted: Wanted): Promise<void> {
    const { logger } = this.#modules
    for (const peerId of this.#peersFor(wanted).slice(0, PEERS_ASKED)) {
      try {
        await withTimeout(TIMEOUT_MS, this.#abort.signal, (signal) => this.#ask(peerId, wanted, signal))
        return
      } catch (error) {
        if (isAbort(error) && this.#abort.signal.aborted) return
        logger.debug({ peer: peerId.slice(-8), what: wanted.what, code: errorCode(error) }, 'peer has it not')
      }
    }
  }

  /** Where no peer is named each fetch begins with another one: an answer that is of no use must not come for ever. */
  #peersFor({ from }: Wanted): string[] {
    const peers = this.#modules.requests.peersFrom(from)
    if (from !== undefined || peers.length === 0) return peers
    const first = this.#fetches++ % peers.length
    return [...peers.slice(first), ...peers.slice(0, first)]
  }

  async #ask(peerId: string, wanted: Wanted, signal: AbortSignal): Promise<void> {
    const { requests, inbox } = this.#modules
    switch (wanted.what) {
      case 'certificate': {
        for (const bytes of await requests.certificates(peerId, wanted.window, 1, signal)) {
          inbox.guarded('certificate', peerId, () => inbox.takeCertificate(peerId, bytes))
        }
        return
      }
      case 'draft': {
        const bytes = await requests.object(peerId, OBJECT_KIND.draft, wanted.hash, signal)
        return inbox.guarded('draft', peerId, () => inbox.takeDraft(peerId, bytes))
      }
      case 'registration': {
        const bytes = await requests.object(peerId, OBJECT_KIND.nodeRegistration, wanted.hash, signal)
        return inbox.guarded('registration', peerId, () => inbox.takeRegistration(peerId, bytes))
      }
      case 'votes':
        return await this.#votes(peerId, wanted.window, signal)
    }
  }

  async #votes(peerId: string, window: number, signal: AbortSignal): Promise<void> {
    const { requests, inbox } = this.#modules
    for (const { kind, bytes } of await requests.votes(peerId, window, signal)) {
      if (kind === VOTE_KIND.propose) inbox.guarded('propose', peerId, () => inbox.takePropose(peerId, bytes))
      else inbox.guarded('vote', peerId, () => inbox.takeVote(peerId, bytes))
    }
  }
}
