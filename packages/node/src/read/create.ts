import { errorCode, errorMessage, type Logger, type TimeSource } from '@montana/foundation'
import type { Mesh } from '@montana/network'
import type { ReadStore } from '@montana/store'
import type { ManifestSource } from '../manifest/types.js'
import type { Prepared } from '../prepare.js'
import type { NodeRecord } from '../status/node-record.js'
import type { LedgerHost } from '../sync/ledger-host.js'
import { namesOf } from './names.js'
import { ReadRoutes } from './routes.js'

export interface CreateModules {
  readonly store: ReadStore
  readonly record: NodeRecord
  readonly time: TimeSource
  readonly logger: Logger
  /** Undefined: solo. */
  readonly manifest: ManifestSource | undefined
  host(): Pick<LedgerHost, 'current' | 'isSynced' | 'progress'>
  mesh(): Mesh | undefined
}

/** The read routes of one node, over whichever ledger plane it has when it is asked. */
export function createReadRoutes(prepared: Prepared, { host, ...modules }: CreateModules): ReadRoutes {
  const { document, genesisHash, identity, label } = prepared
  const { time, logger, manifest: source, store, record, mesh } = modules
  const manifest = () => source?.manifest
  const self = { nodeId: identity.nodeId, label }
  return new ReadRoutes(
    {
      ...{ document, genesisHash, label, manifest, store, record, mesh },
      names: namesOf({ document, manifest, self }),
      state: () => host().current.loop.state,
      rule: () => host().current.loop.rule,
      isSynced: () => host().isSynced,
      isReplacing: () => host().progress?.mode === 'snapshot',
      wallMs: () => time.wallMs(),
      onFault: (error) => logger.error({ code: errorCode(error), message: errorMessage(error) }, 'read route failed'),
    },
    time,
  )
}
