import { type ChainState, genesisChainState, proposerRule } from '@montana/consensus'
import type { SignatureVerifier } from '@montana/crypto'
import { bytesEqual, errorMessage, MontanaError, toHex } from '@montana/foundation'
import { decodeGenesisDocument, encodeGenesisDocument, type GenesisDocument, genesisHash } from '@montana/ledger'
import { Authenticator } from '../runtime/authenticator.js'
import { type FaultList, readOrReport } from './fault-list.js'
import { Replayer } from './replay.js'
import type { StoreReader } from './store-reader.js'

/** What all stores of one network share: S_0 and the work that need not be done once per node. */
export interface Network {
  readonly document: GenesisDocument
  readonly genesisHash: Uint8Array
  readonly genesis: ChainState
  readonly authenticator: Authenticator
  readonly replayer: Replayer
}

/** One {@link Network} per genesis hash. */
export class Networks {
  readonly #verify: SignatureVerifier
  readonly #byHash = new Map<string, Network>()

  constructor(verify: SignatureVerifier) {
    this.#verify = verify
  }

  of(document: GenesisDocument): Network {
    const hash = genesisHash(document)
    const known = this.#byHash.get(toHex(hash))
    if (known) return known
    const authenticator = new Authenticator(this.#verify, hash)
    const replayer = new Replayer(proposerRule(document), authenticator)
    const genesis = genesisChainState(document)
    const network = { document, genesisHash: hash, genesis, authenticator, replayer }
    this.#byHash.set(toHex(hash), network)
    return network
  }
}

/** The network that a store says it belongs to; a fault and `undefined` when it does not prove it (spec protocol 4.2). */
export function networkOf(reader: StoreReader, networks: Networks, faults: FaultList): Network | undefined {
  const stored = readOrReport(faults, 0, () => reader.genesis())
  if (!stored) return undefined
  const document = decodeDocument(stored.document, faults)
  if (!document) return undefined
  const hash = genesisHash(document)
  if (stored.hash && bytesEqual(hash, stored.hash)) return networks.of(document)
  const message = `the genesis document hashes to ${toHex(hash)}, the store is of ${toHex(stored.hash ?? new Uint8Array())}`
  faults.add(0, 'STORE_GENESIS_MISMATCH', message)
  return undefined
}

function decodeDocument(bytes: Uint8Array | undefined, faults: FaultList): GenesisDocument | undefined {
  const invalid = (reason: string) => {
    faults.add(0, 'STORE_GENESIS_INVALID', `the stored genesis document ${reason}`)
    return undefined
  }
  if (!bytes) return invalid('is missing')
  try {
    const document = decodeGenesisDocument(bytes)
    return bytesEqual(encodeGenesisDocument(document), bytes) ? document : invalid('is not canonical')
  } catch (error) {
    if (error instanceof MontanaError || error instanceof RangeError)
      return invalid(`is not one: ${errorMessage(error)}`)
    throw error
  }
}
