import { CodecError } from '@montana/codec'
import { cementValue, contextHash, decodeCertificate, decodeContext, decodeEnvelope } from '@montana/consensus'
import { bytesEqual, errorMessage, MontanaError } from '@montana/foundation'
import { decodeGenesisDocument, genesisHash } from '@montana/ledger'
import {
  type Mend,
  REPAIR_AND_JOIN,
  type ReadStore,
  SET_ASIDE,
  type StoredWindow,
  type StoreFault,
} from '@montana/store'
import { hashesOf } from '../verify/link-check.js'

const fault = (
  table: string,
  code: string,
  message: string,
  more: { window?: number; mend?: Mend; remedy?: string } = {},
) => ({
  ...{ code, file: 'store.db', table, message },
  ...{ remedy: REPAIR_AND_JOIN, mend: 'peers' as Mend, ...more },
})

/** Genesis, context, and for every window that its hashes, envelope and certificate speak of each other. No replay. */
export function* chainFaults(store: ReadStore, signal: AbortSignal | undefined): Generator<StoreFault> {
  yield* genesisFaults(store)
  const head = store.head()
  if (!head) return
  yield* contextFaults(store, head.window, head.contextHash)
  if (head.window > 0 && !isMissing(store, head.window) && !store.windowAt(head.window)?.envelope) {
    yield fault('envelopes', 'ENVELOPE_MISSING', 'the envelope of the head is missing', { window: head.window })
  }
  for (let window = store.oldestWindow() ?? head.window + 1; window <= head.window; window++) {
    signal?.throwIfAborted()
    yield* readable('windows', window, () => windowFaults(store, window))
  }
}

function* genesisFaults(store: ReadStore): Generator<StoreFault> {
  const [document, hash] = [store.genesisDocument(), store.genesisHash()]
  if (!document || !hash) return
  const found = attempt(() => genesisHash(decodeGenesisDocument(document)))
  if (found instanceof Uint8Array && bytesEqual(found, hash)) return
  yield fault('meta', 'GENESIS_WRONG', 'the genesis document is not the one of this store', {
    mend: 'nobody',
    remedy: SET_ASIDE,
  })
}

function* contextFaults(store: ReadStore, window: number, hash: Uint8Array): Generator<StoreFault> {
  const bytes = store.context()
  const context = bytes && attempt(() => decodeContext(bytes))
  const isOfHead = bytes && context && !(context instanceof Error) && context.window === window
  if (isOfHead && bytesEqual(contextHash(bytes), hash)) return
  yield fault('context', 'CONTEXT_WRONG', 'the consensus context is not that of the head', { window })
}

function windowFaults(store: ReadStore, window: number): StoreFault[] {
  const row = store.windowAt(window)
  if (!row) return [fault('windows', 'ROW_MISSING', 'the hashes of the window are missing', { window })]
  return [...rowFaults(row), ...certificateFaults(store, row)]
}

function* rowFaults(row: StoredWindow): Generator<StoreFault> {
  const { window, envelope } = row
  if (!envelope) return
  const decoded = attempt(() => decodeEnvelope(envelope))
  if (decoded instanceof Error) {
    yield fault('envelopes', 'ENVELOPE_WRONG', errorMessage(decoded), { window })
    return
  }
  const { proposalHash, stateRoot, timechainValue } = hashesOf(decoded)
  const isOfRow =
    decoded.header.window === window &&
    bytesEqual(proposalHash, row.proposalHash) &&
    bytesEqual(stateRoot, row.stateRoot) &&
    bytesEqual(timechainValue, row.timechainValue)
  if (!isOfRow) yield fault('envelopes', 'ENVELOPE_WRONG', 'the envelope is not that of the window', { window })
  const cement = cementValue(row.proposalHash, row.contextHash)
  if (!bytesEqual(cement, row.cementValue)) {
    yield fault('windows', 'ROW_WRONG', 'the cement value does not cover the hashes beside it', { window })
  }
}

function* certificateFaults(store: ReadStore, row: StoredWindow): Generator<StoreFault> {
  const { window } = row
  const bytes = store.certificates.get(window)
  if (!bytes) return
  const certificate = attempt(() => decodeCertificate(bytes))
  const isOfRow =
    !(certificate instanceof Error) &&
    certificate.window === window &&
    bytesEqual(certificate.proposalHash, row.proposalHash) &&
    bytesEqual(certificate.contextHash, row.contextHash)
  if (!isOfRow)
    yield fault('certificates', 'CERTIFICATE_WRONG', 'the certificate is not that of the window', { window })
}

function isMissing(store: ReadStore, window: number): boolean {
  return store.repairs.missing().some((part) => part.kind === 'envelope' && part.window === window)
}

/** A row that cannot be read was named by the check of its seal. */
function* readable(table: string, window: number, faults: () => StoreFault[]): Generator<StoreFault> {
  try {
    yield* faults()
  } catch (error) {
    if (!(error instanceof MontanaError)) yield fault(table, 'ROW_UNREADABLE', errorMessage(error), { window })
  }
}

function attempt<T>(work: () => T): T | Error {
  try {
    return work()
  } catch (error) {
    if (error instanceof CodecError || error instanceof MontanaError) return error
    throw error
  }
}
