import {
  acceptEnvelope,
  contextHash,
  decodeEnvelope,
  encodeContext,
  genesisChainState,
  proposalHash,
  proposerRule,
  sealSettled,
} from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import type { GenesisDocument } from '@montana/ledger'
import type { Authenticator } from '../node/authenticator.js'
import type { Process } from '../node/process.js'
import type { History } from './history.js'
import type { Violation } from './oracle.js'

/** At the end: every honest store holds a gapless prefix of the one history (invariants 1 and 2). */
export function auditStores(processes: readonly Process[], history: History): Violation | undefined {
  for (const { name, disk, isHonest } of processes) {
    if (!isHonest) continue
    for (const [index, commit] of disk.commits.entries()) {
      const { window, cementValue } = commit
      const known = history.commitOf(index + 1)
      if (window !== index + 1) return { invariant: 2, name: 'Prefix', window, detail: `a gap in the store of ${name}` }
      if (known && bytesEqual(known.cementValue, cementValue)) continue
      return { invariant: 1, name: 'Agreement', window, detail: `${name} stores another value` }
    }
  }
  return undefined
}

/** Invariant 12: the archive, replayed from genesis by the engine's own acceptance, gives every value again. */
export function replay(
  history: History,
  document: GenesisDocument,
  authenticator: Authenticator,
): Violation | undefined {
  const rule = proposerRule(document)
  let state = genesisChainState(document)
  for (let window = 1; window <= history.head; window++) {
    const problem = (detail: string) => ({ invariant: 12, name: 'Determinism', window, detail })
    const commit = history.commitOf(window)
    if (!commit) return problem('the window is missing')
    const candidate = authenticator.authenticateEnvelope(state, decodeEnvelope(commit.envelope))
    const verdict = acceptEnvelope({ state, rule, ownTimechainValue: commit.timechainValue }, candidate)
    if (!verdict.ok) return problem(`replay refuses it: ${verdict.code}`)
    state = sealSettled(verdict.proposal.settled, proposalHash(candidate.envelope.header.scope))
    const hash = contextHash(encodeContext(state.context))
    if (!bytesEqual(hash, commit.contextHash)) return problem(`replay gives the context ${toHex(hash).slice(0, 16)}`)
  }
  return undefined
}
