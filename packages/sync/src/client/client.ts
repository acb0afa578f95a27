import { AbortError, sleep } from '@montana/foundation'
import { genesisHash, hasherOf, type MerkleHasher } from '@montana/ledger'
import { STATE_RECORD_BYTES, STATE_TABLE } from '@montana/network'
import type { TableName } from '@montana/store'
import { SyncError } from '../errors.js'
import type { SyncPeer } from '../peer.js'
import type { DropReason } from '../plan/events.js'
import { kOf } from '../plan/keys.js'
import { DEFAULT_LIMITS } from '../plan/limits.js'
import type { TrustModules } from '../trust/signatures.js'
import { trustTables } from '../trust/trust.js'
import { type AnchorModules, findAnchor, mayServe, type TrustedAnchor } from './anchors.js'
import { rootsOf } from './ask.js'
import { CountFile } from './counts.js'
import { Download } from './download.js'
import { peerFinding } from './findings.js'
import { installAnchor } from './install.js'
import { wrongCounts } from './manifest-counts.js'
import { livePeers, type SnapshotClientOptions } from './options.js'
import { provenNodes } from './proven-nodes.js'
import { Reporter } from './reporter.js'
import { stageAnchor, stagedAnchor } from './staged-anchor.js'
import { Stager } from './stager.js'

/** Nobody serves a snapshot for so long: another anchor is looked for, or the client gives up. No special reason. */
const PATIENCE_MS = 10_000
const LOOK_AGAIN_MS = 1_000
/** Anchors that are begun with before the client gives up: peers may let go of one while it is fetched. No special reason. */
const ANCHORS_MAX = 8

export interface Joined {
  /** The anchor, which is the head now. */
  readonly window: number
}

export interface SnapshotClient {
  /**
   * Fetches a trusted snapshot into the staging of the store and makes it the head: spec protocol 15.3, steps 2 to 5. The
   * caller opens the state anew and goes on by range. Rejects with {@link SyncError}, with what the store throws, or with
   * abort; what is staged then stays, and the next run goes on with it.
   */
  run(): Promise<Joined>
}

export function createSnapshotClient(options: SnapshotClientOptions): SnapshotClient {
  return { run: () => new Session(options).run() }
}

/** Why an anchor is given up, when the reason is no error. */
type Outcome = Joined | 'unserved' | 'untrusted'

class Session {
  readonly #options: SnapshotClientOptions
  readonly #hasher: MerkleHasher
  readonly #trust: TrustModules
  readonly #banned = new Set<string>()
  readonly #unserved = new Set<number>()
  readonly #report: Reporter

  constructor(options: SnapshotClientOptions) {
    const { document, verify, backend } = options
    const { quorumNum: numerator, quorumDen: denominator, tau2Windows: tau2 } = document.params
    this.#options = options
    this.#hasher = hasherOf(backend)
    const network = { genesisHash: genesisHash(document), cementing: document.cementingRule }
    this.#trust = { verify, ...network, tau2, quorum: { numerator, denominator } }
    this.#report = new Reporter(options)
  }

  async run(): Promise<Joined> {
    let anchor = await stagedAnchor(this.#options.store.staging, this.#anchorModules())
    for (let attempts = 0; attempts < ANCHORS_MAX; attempts++) {
      anchor ??= await this.#findAnchor()
      const outcome = await this.#join(anchor)
      if (typeof outcome !== 'string') return outcome
      anchor = undefined
    }
    throw new SyncError('SNAPSHOT_INCOMPLETE', `none of ${ANCHORS_MAX} snapshots was served to its end`, {
      field: 'snapshot',
      remedy: 'connect to more peers, or catch up by range',
    })
  }

  /** Waits for somebody who serves a snapshot; a refusal is thrown when all have been heard. */
  async #findAnchor(): Promise<TrustedAnchor> {
    const { time, signal, patienceMs = PATIENCE_MS } = this.#options
    const untilMs = time.monotonicMs() + patienceMs
    this.#report.phase('anchor')
    for (;;) {
      try {
        const found = await findAnchor(this.#shuffledPeers(), this.#anchorModules())
        stageAnchor(this.#options.store.staging, found.anchor)
        return found
      } catch (error) {
        const mayChange = error instanceof SyncError && error.code === 'SNAPSHOT_UNAVAILABLE'
        if (!mayChange || time.monotonicMs() >= untilMs) throw error
      }
      await sleep(LOOK_AGAIN_MS, signal)
    }
  }

  #anchorModules(): AnchorModules {
    const { known, pin, signal, store } = this.#options
    const above = store.repairs.resync() === undefined ? (store.head()?.window ?? 0) : -1
    const onLie = (peer: SyncPeer, window: number, detail: string) => this.#ban(peer, 'lied', window, detail)
    return { known, pin, signal, above, avoid: this.#unserved, trust: this.#trust, onLie }
  }

  #peers(): readonly SyncPeer[] {
    return livePeers(this.#options).filter(({ id }) => !this.#banned.has(id))
  }

  /** Not every joiner shall begin with the same peer. */
  #shuffledPeers(): SyncPeer[] {
    const { random } = this.#options
    const ranked = this.#peers().map((peer) => ({ peer, rank: random.next() }))
    return ranked.sort((a, b) => a.rank - b.rank).map(({ peer }) => peer)
  }

  #ban(peer: SyncPeer, reason: DropReason, window: number, detail: string): void {
    if (reason === 'lied' || reason === 'refuted') this.#banned.add(peer.id)
    this.#options.onFinding?.(peerFinding(reason, peer, window, detail))
  }

  async #join(trusted: TrustedAnchor): Promise<Outcome> {
    const { anchor, trust } = trusted
    const { store, onFinding } = this.#options
    if (trust.root === 'table' && trust.isOld) {
      const detail = `the snapshot of window ${anchor.window} is believed by the members of window ${trust.window}`
      onFinding?.({ code: 'TRUST_TABLE_OLD', window: anchor.window, detail })
    }
    await this.#options.onTrusted?.()
    const counts = new CountFile(store.dir, anchor.window)
    try {
      this.#report.begin(anchor.manifest, counts)
      if ((await this.#fetch(trusted, ['node'])) === 'stuck') return this.#giveUp(anchor.window)
      this.#checkCounts(trusted, ['node'])
      if (!(await this.#isTrustedByTables(trusted))) return 'untrusted'
      if ((await this.#fetch(trusted, ['candidate', 'account'])) === 'stuck') return this.#giveUp(anchor.window)
      this.#checkCounts(trusted, ['candidate', 'account'])
      return this.#install(trusted)
    } finally {
      counts.close()
    }
  }

  /** What was proven stays until another anchor is begun with: those who serve this one may come back. */
  #giveUp(window: number): Outcome {
    this.#unserved.add(window)
    return 'unserved'
  }

  async #fetch({ anchor }: TrustedAnchor, names: readonly TableName[]): Promise<'done' | 'stuck'> {
    const { store, signal, backend, time, limits, patienceMs = PATIENCE_MS, stallMs } = this.#options
    const { window, manifest } = anchor
    const stager = new Stager(store.staging, signal)
    const tables = names.map((table) => {
      const staged = store.staging.pieces(table).map(({ lo, hi }) => ({ lo: kOf(lo), hi: kOf(hi) }))
      return { table, count: manifest.counts[table], recordBytes: STATE_RECORD_BYTES[STATE_TABLE[table]], staged }
    })
    const download = new Download(tables, {
      anchor: rootsOf(anchor),
      limits: { ...DEFAULT_LIMITS, ...limits },
      backend,
      hasher: this.#hasher,
      time,
      signal,
      patienceMs,
      stallMs,
      peers: () => this.#peers().filter((peer) => mayServe(peer, window)),
      stage: (piece) => stager.stage(piece),
      onFetched: (peer, bytes) => this.#report.fetched(peer, bytes),
      onStaged: (piece) => this.#report.staged(piece, download.plan),
      onDropped: (peer, reason, detail) => this.#ban(peer, reason, window, detail),
    })
    return await download.run()
  }

  /** What is proven stays, whatever was announced; whoever announced it wrongly is reported, once, and asked no more. */
  #checkCounts({ anchor, source }: TrustedAnchor, names: readonly TableName[]): void {
    const detail = wrongCounts(anchor.manifest.counts, this.#options.store.staging.counts(), names)
    if (detail === undefined || (source && this.#banned.has(source.id))) return
    if (source) this.#ban(source, 'lied', anchor.window, detail)
    else this.#options.onFinding?.({ code: 'PROOF_INVALID', window: anchor.window, detail })
  }

  /** T3. What its sender is to blame for costs the sender its place; what was fetched goes with the anchor. */
  async #isTrustedByTables({ anchor, source }: TrustedAnchor): Promise<boolean> {
    const { store } = this.#options
    try {
      await trustTables(anchor, provenNodes(store.staging), this.#trust)
      return true
    } catch (error) {
      if (!(error instanceof SyncError)) throw error
      store.staging.discard()
      if (!source) return false
      this.#ban(source, 'lied', anchor.window, error.message)
      return false
    }
  }

  #install({ anchor }: TrustedAnchor): Joined {
    const { store, time, signal, freeze = false } = this.#options
    if (signal.aborted) throw new AbortError(signal.reason)
    this.#report.phase('check')
    installAnchor(anchor, { store, hasher: this.#hasher, freeze, wallMs: time.wallMs() })
    this.#report.phase('done')
    return { window: anchor.window }
  }
}
