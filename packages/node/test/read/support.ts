import { proposerRule, restoreState } from '@montana/consensus'
import { systemTime } from '@montana/foundation'
import { genesisHash } from '@montana/ledger'
import type { Manifest } from '@montana/network'
import type { Store } from '@montana/store'
import { restoreChain } from '../../src/chain/restore.js'
import type { ReadModules } from '../../src/read/modules.js'
import { namesOf } from '../../src/read/names.js'
import { ReadRoutes } from '../../src/read/routes.js'
import { NodeRecord } from '../../src/status/node-record.js'
import type { World } from '../support/world.js'

export interface Reader {
  readonly modules: ReadModules
  readonly routes: ReadRoutes
  /** The answer to a path with its query, as its reader gets it. */
  read<T = Record<string, unknown>>(path: string, signal?: AbortSignal): Promise<T>
}

/** The read routes over a store, as the first member of a world would serve them. */
export function readerOf(world: World, store: Store, changes: Partial<ReadModules> = {}): Reader {
  const { document, members, candidate } = world
  const [{ identity, label }] = members
  const state = restoreState(restoreChain(store, document), 0)
  const manifest = (): Manifest => ({ networkName: document.networkName, peers: [], skipped: [entryOf(candidate)] })
  const modules: ReadModules = {
    ...{ document, genesisHash: genesisHash(document), label, store, manifest },
    record: new NodeRecord(systemTime),
    names: namesOf({ document, manifest, self: { nodeId: identity.nodeId, label } }),
    state: () => state,
    rule: () => proposerRule(document),
    isSynced: () => true,
    isReplacing: () => false,
    mesh: () => undefined,
    wallMs: () => systemTime.wallMs(),
    onFault: () => {},
    ...changes,
  }
  const routes = new ReadRoutes(modules, systemTime)
  const read = async <T>(text: string, signal = new AbortController().signal) => {
    const { pathname, searchParams } = new URL(text, 'http://node/')
    const answer = await routes.answer(pathname.slice(1), searchParams, signal)
    return JSON.parse(JSON.stringify(answer)) as T
  }
  return { modules, routes, read }
}

function entryOf({ label, identity }: World['candidate']): Manifest['skipped'][number] {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  const ids = { peerId: identity.peerId, accountIdHex: hex(identity.accountId), nodeIdHex: hex(identity.nodeId) }
  const why = { code: 'MANIFEST_ENTRY_INVALID', message: 'no address' } as const
  return { label, ...ids, bootstrap: false, security: undefined, ...why }
}
