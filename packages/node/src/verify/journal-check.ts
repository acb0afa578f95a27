import { CodecError } from '@montana/codec'
import {
  bundleHash,
  type ChainState,
  decodeConfirmation,
  decodeEnvelope,
  decodePropose,
  decodeReveal,
  decodeVote,
  proposalHash,
  revealHash,
} from '@montana/consensus'
import { bytesEqual, errorCode, errorMessage } from '@montana/foundation'
import type { CementingRule } from '@montana/ledger'
import type { JournalEntry, JournalKind } from '@montana/store'
import type { Authenticator } from '../runtime/authenticator.js'
import type { FaultList } from './fault-list.js'
import type { ExpectedRow } from './row-check.js'
import type { StoreReader } from './store-reader.js'

/** Where entries are looked for one by one when listing them fails: the windows that a node keeps, and some more. */
const WINDOWS_PROBED = 16
const WINDOWS_AHEAD = 2
const KINDS: readonly JournalKind[] = ['header', 'vote', 'propose', 'reveal', 'bc', 'lock']
/** The only vote of an `evidence` network: round 0, precommit. */
const ATTESTATION_PHASE = 2

interface Statement {
  readonly nodeId: Uint8Array
  readonly window: number
  readonly hash: Uint8Array
  isAuthentic(chain: ChainState, authenticator: Authenticator): Promise<boolean>
  /** Does it say what the cemented window says, as far as that is known? */
  agrees(cemented: ExpectedRow): boolean
}

export interface JournalModules {
  /** Members never leave the table, so its keys hold for every entry. */
  readonly chain: ChainState
  readonly authenticator: Authenticator
  readonly cementing: CementingRule
  /** What a window must say; `undefined` for one that is not cemented, or too old to be compared. */
  proven(window: number): ExpectedRow | undefined
}

/** What this node signed: spec protocol 16.3. */
export class JournalCheck {
  readonly #modules: JournalModules
  readonly #faults: FaultList
  #signer: Uint8Array | undefined

  constructor(modules: JournalModules, faults: FaultList) {
    this.#modules = modules
    this.#faults = faults
  }

  async run(reader: StoreReader): Promise<void> {
    for (const entry of this.#entries(reader)) await this.#check(entry)
  }

  #entries(reader: StoreReader): JournalEntry[] {
    try {
      return reader.journal()
    } catch (error) {
      if (errorCode(error) !== 'STORE_CORRUPT') throw error
      return this.#probe(reader)
    }
  }

  /** A list breaks off at its first bad entry; asked for one by one, the others can still be read. */
  #probe(reader: StoreReader): JournalEntry[] {
    const head = reader.headWindow()
    const found: JournalEntry[] = []
    for (let window = Math.max(0, head - WINDOWS_PROBED); window <= head + WINDOWS_AHEAD; window++) {
      for (const kind of KINDS) {
        try {
          const phase = kind === 'vote' ? ATTESTATION_PHASE : 0
          const entry = reader.journalEntry(window, kind, phase)
          if (entry) found.push(entry)
        } catch (error) {
          this.#faults.add(window, errorCode(error), errorMessage(error))
        }
      }
    }
    return found
  }

  async #check(entry: JournalEntry): Promise<void> {
    const statement = this.#decode(entry)
    if (!statement) return
    const report = (reason: string) => {
      this.#faults.add(entry.window, 'STORE_JOURNAL_INVALID', `journal entry ${entry.kind}: ${reason}`)
    }
    if (statement.window !== entry.window) return report(`it is of window ${statement.window}`)
    if (!bytesEqual(statement.hash, entry.hash)) return report('it is not what its hash names')
    this.#signer ??= statement.nodeId
    if (!bytesEqual(this.#signer, statement.nodeId)) return report('another node signed it')
    const { chain, authenticator, proven } = this.#modules
    if (!(await statement.isAuthentic(chain, authenticator))) return report('its signature is not valid')
    const cemented = proven(entry.window)
    if (cemented && !this.#mayDiffer(entry.kind) && !statement.agrees(cemented)) {
      report('it contradicts the cemented window')
    }
  }

  /** Where members vote, a draft may lose and a vote may be for nil. */
  #mayDiffer(kind: JournalKind): boolean {
    return this.#modules.cementing === 'vote' && (kind === 'header' || kind === 'vote')
  }

  #decode(entry: JournalEntry): Statement | undefined {
    try {
      return statementOf(entry)
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      const message = `journal entry ${entry.kind}: ${errorMessage(error)}`
      this.#faults.add(entry.window, 'STORE_JOURNAL_INVALID', message)
      return undefined
    }
  }
}

/** Locks are not signed, and a Propose does not name its signer: they must only have their form. Throws CodecError. */
function statementOf({ kind, bytes }: JournalEntry): Statement | undefined {
  if (kind === 'reveal') {
    const reveal = decodeReveal(bytes)
    return { ...signedBy(reveal), hash: revealHash(reveal.scope), agrees: () => true }
  }
  if (kind === 'bc') {
    const confirmation = decodeConfirmation(bytes)
    const agrees = ({ timechainValue }: ExpectedRow) => isSame(timechainValue, confirmation.endpoint)
    return { ...signedBy(confirmation), hash: bundleHash(confirmation.scope), agrees }
  }
  if (kind === 'header') return draftStatement(bytes)
  if (kind === 'vote') return voteStatement(bytes)
  if (kind === 'propose') decodePropose(bytes)
  return undefined
}

type Signed = Parameters<Authenticator['isAuthentic']>[1]

function signedBy(object: Signed): Pick<Statement, 'nodeId' | 'window' | 'isAuthentic'> {
  const { nodeId, window } = object
  return { nodeId, window, isAuthentic: (chain, authenticator) => authenticator.isAuthentic(chain, object) }
}

/** Under rule `evidence` the only signed header of a window is the cemented one. */
function draftStatement(bytes: Uint8Array): Statement {
  const { header } = decodeEnvelope(bytes)
  const hash = proposalHash(header.scope)
  const agrees = (cemented: ExpectedRow) => isSame(cemented.proposalHash, hash)
  return { ...signedBy({ ...header, nodeId: header.proposerNodeId }), hash, agrees }
}

function voteStatement(bytes: Uint8Array): Statement {
  const vote = decodeVote(bytes)
  const { nodeId, window, value } = vote
  return {
    nodeId,
    window,
    hash: value,
    isAuthentic: (chain, authenticator) => authenticator.isAuthenticVote(chain, vote),
    agrees: ({ cementValue }) => isSame(cementValue, value),
  }
}

function isSame(known: Uint8Array | undefined, stated: Uint8Array): boolean {
  return known === undefined || bytesEqual(known, stated)
}
