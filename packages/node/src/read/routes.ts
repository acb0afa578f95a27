import { isAbort, type TimeSource } from '@montana/foundation'
import { account } from './account.js'
import { chainStatus } from './chain-status.js'
import { consensus } from './consensus.js'
import { Credits } from './credits.js'
import { ReadError } from './errors.js'
import { find } from './find.js'
import { genesisOf } from './genesis.js'
import { proposals, winners } from './lists.js'
import type { ReadModules } from './modules.js'
import { node, nodes } from './nodes.js'
import { peers } from './peers.js'
import { checkQuery } from './query.js'
import { ReadShare } from './share.js'
import { proposal, window } from './window.js'
import { Windows } from './windows.js'

/** Questions at once; each may wait for its turn. No special reason, but a flood must end somewhere. */
const OPEN_MAX = 32
const ROUTES =
  'ask for /api/status, /api/nodes, /api/node/ID, /api/peers, /api/genesis, /api/proposals, /api/proposal/W, ' +
  '/api/window/W, /api/winners, /api/consensus, /api/account/ID or /api/find/HASH'

interface Question {
  /** What follows the name of the route; empty where nothing does. */
  readonly id: string
  readonly query: URLSearchParams
  readonly signal: AbortSignal
}

type Route = (question: Question) => unknown

/** The read routes of a node: spec operations 13.2. They change nothing, and share a fifth of the event loop. */
export class ReadRoutes {
  readonly #plain: ReadonlyMap<string, Route>
  readonly #named: ReadonlyMap<string, Route>
  readonly #modules: ReadModules
  #open = 0

  constructor(modules: ReadModules, time: Pick<TimeSource, 'monotonicMs'>) {
    this.#modules = modules
    const { store } = modules
    const share = new ReadShare(time)
    const windows = new Windows({ store, share })
    const readers = { windows, credits: new Credits({ store, share, time }) }
    const lists = { ...modules, windows, share }
    const turn = ({ signal }: Question, work: () => unknown) => share.run(work, signal)
    const fixed = (work: () => unknown) => (question: Question) => {
      checkQuery(question.query, [])
      return turn(question, work)
    }
    this.#plain = new Map<string, Route>([
      ['status', fixed(() => chainStatus(modules))],
      ['peers', fixed(() => peers(modules))],
      ['genesis', fixed(genesisOf(modules))],
      ['consensus', fixed(() => consensus(modules))],
      ['nodes', (question) => turn(question, () => nodes(modules, question.query))],
      ['proposals', (question) => proposals(lists, question)],
      ['winners', (question) => winners(lists, question)],
    ])
    this.#named = new Map<string, Route>([
      ['node', (question) => turn(question, () => node(modules, question.id, question.query))],
      ['account', (question) => turn(question, () => account(modules, question.id, question.query))],
      ['proposal', (question) => proposal(modules, readers, question)],
      ['window', (question) => window(modules, readers, question)],
      ['find', (question) => find(modules, { store, share }, question)],
    ])
  }

  /** `path` without `/api/`. Throws {@link ReadError}, AbortError when `signal` fires, and what the store throws. */
  async answer(path: string, query: URLSearchParams, signal: AbortSignal): Promise<unknown> {
    const [, name = '', id] = /^([a-z]{1,16})(?:\/([\w]{1,64}))?$/.exec(path) ?? []
    const route = id === undefined ? this.#plain.get(name) : this.#named.get(name)
    if (!route) throw new ReadError(404, 'NOT_FOUND', `no route /api/${path.slice(0, 64)}`, { remedy: ROUTES })
    if (this.#open >= OPEN_MAX) {
      throw new ReadError(503, 'BUSY', 'too many questions are open', { remedy: 'ask again in a second' })
    }
    this.#open++
    try {
      return await route({ id: id ?? '', query, signal })
    } catch (error) {
      if (!(error instanceof ReadError) && !isAbort(error)) this.#modules.onFault(error)
      throw error
    } finally {
      this.#open--
    }
  }
}
