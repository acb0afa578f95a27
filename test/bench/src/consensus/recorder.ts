import { type CementVote, decodeVote, encodeCertificate, PRECOMMIT, type WindowCommit } from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import type { TimechainProof } from '@montana/timechain'

/** What a node that catches up is given of one window. */
export interface RecordedWindow {
  readonly window: number
  readonly envelope: Uint8Array
  /** With the precommits of every member. */
  readonly certificate: Uint8Array
  readonly proof: Pick<TimechainProof, 'd' | 'values'>
}

/** Collects a history while it happens. */
export class Recorder {
  readonly #commits = new Map<number, WindowCommit>()
  /** By window, then by node: a vote is sent again while its window is open. */
  readonly #precommits = new Map<number, Map<string, CementVote>>()
  readonly #proofs = new Map<number, RecordedWindow['proof']>()

  noteCommit(commit: WindowCommit): void {
    this.#commits.set(commit.window, commit)
  }

  noteProof(window: number, proof: RecordedWindow['proof']): void {
    this.#proofs.set(window, proof)
  }

  noteVote(bytes: Uint8Array): void {
    const vote = decodeVote(bytes)
    if (vote.phase !== PRECOMMIT) return
    const votes = this.#precommits.get(vote.window) ?? new Map<string, CementVote>()
    this.#precommits.set(vote.window, votes.set(toHex(vote.nodeId), vote))
  }

  history(windows: number): RecordedWindow[] {
    return Array.from({ length: windows }, (_, index) => this.#window(index + 1))
  }

  /** An engine cements with the first quorum of precommits; a certificate may hold them all. */
  #window(window: number): RecordedWindow {
    const commit = this.#commits.get(window)
    const proof = this.#proofs.get(window)
    if (!commit || !proof) throw new Error(`window ${window} was not recorded`)
    const { proposalHash, contextHash, cementValue, envelope } = commit
    const votes = [...(this.#precommits.get(window)?.values() ?? [])].filter(({ value }) =>
      bytesEqual(value, cementValue),
    )
    const round = votes[0]?.round ?? 0
    const certificate = encodeCertificate({ window, proposalHash, contextHash, round, votes })
    return { window, envelope, certificate, proof }
  }
}
