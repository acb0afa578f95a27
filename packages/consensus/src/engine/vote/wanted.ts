import { toHex } from '@montana/foundation'
import { FETCH_AGAIN_MS } from '../../constants.js'
import type { Header } from '../../objects/header.js'
import type { Wanted } from '../effects.js'
import type { PeerName } from '../events.js'
import { type Run, withEntry } from '../run.js'
import { headOf } from '../state.js'

/** Asks for something that is missing, and not again for a second: the answer comes as an ordinary event. */
export function want(run: Run, key: string, wanted: Wanted): void {
  const { asked } = run.state.vote
  if ((asked.get(key) ?? 0) > run.nowMs) return
  run.updateVote({ asked: withEntry(asked, key, run.nowMs + FETCH_AGAIN_MS) })
  run.emit({ type: 'fetch', wanted })
}

/** Somebody has cemented head + 1; this node holds no quorum of precommits for it (spec protocol 11.2 rule 10). */
export function wantCertificate(run: Run, { window }: Header, from: PeerName): void {
  want(run, `certificate:${from}`, { what: 'certificate', window, from })
}

export function wantDraft(run: Run, hash: Uint8Array, from: PeerName | undefined): void {
  want(run, `draft:${toHex(hash)}`, { what: 'draft', window: headOf(run.state) + 1, hash, from })
}

export function wantVotes(run: Run): void {
  want(run, 'votes', { what: 'votes', window: headOf(run.state) + 1, from: undefined })
}
