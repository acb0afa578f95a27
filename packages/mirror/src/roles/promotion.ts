import type { TimeSource } from '@montana/foundation'
import type { Manifest } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { Fence, FenceEntry } from '../contracts/fence.js'
import type { Provider } from '../contracts/provider.js'
import { activate, claimForPromotion, type PromotionClaim } from '../decide/fence-promotion.js'
import { release } from '../decide/fence-rules.js'
import type { PromotionStep, PromotionUndo } from '../decide/promotion.js'
import type { RemoteGit } from '../fence/git-calls.js'
import { sign } from '../fence/sign.js'
import { swapOrThrow } from '../fence/swap.js'
import { reconcileWorkflows } from '../reconcile/workflows.js'
import { setGates, setRole, writeAndReadBack } from './gates.js'
import { commitMarker } from './marker.js'
import { prove } from './prove.js'
import type { Effects } from './transaction.js'

export type GithubReplica = Required<Pick<Provider, 'variables' | 'workflows' | 'contents'>>

export interface PromotionInit {
  readonly self: string
  readonly replica: GithubReplica
  readonly fence: Fence
  /** Git with access to the replica itself, for the commit of the state marker. */
  readonly git: RemoteGit
  readonly manifest: Manifest
  readonly stateFile: string
  readonly branch: string
  /** The record on which the decision fell; a transaction that is taken up again begins with the record of its claim. */
  readonly entry: FenceEntry
  readonly claim: Omit<PromotionClaim, 'self'>
  readonly actor: string
  readonly reason: string
  readonly time: TimeSource
  readonly pollMs?: number
}

/** What each step of spec repository-mirror 11.1 does. `current` is the fence record as this side wrote it last. */
export class Promotion implements Effects<PromotionStep, PromotionUndo> {
  readonly #init: PromotionInit
  #entry: FenceEntry

  constructor(init: PromotionInit) {
    this.#init = init
    this.#entry = init.entry
  }

  get entry(): FenceEntry {
    return this.#entry
  }

  readonly do: Effects<PromotionStep, PromotionUndo>['do'] = {
    claim: (signal) => this.#claim(signal),
    epoch: (signal) => this.#write('MIRROR_EPOCH', String(this.#entry.record.epoch), signal),
    workflows: (signal) => this.#workflows('TEMPORARY_MASTER', signal),
    role: (signal) => setRole(this.#init.replica.variables, 'TEMPORARY_MASTER', signal),
    gates: (signal) => this.#gates({ kind: 'live', had: this.#entry.record.gates }, signal),
    proof: (signal) => this.#proof(signal),
    marker: (signal) => this.#marker('TEMPORARY_MASTER', signal),
    activate: (signal) => this.#activate(signal),
  }

  readonly undo: Effects<PromotionStep, PromotionUndo>['undo'] = {
    'restore-marker': (signal) => this.#marker('SLAVE', signal),
    'gates-inert': (signal) => this.#gates({ kind: 'inert' }, signal),
    'role-replica': (signal) => setRole(this.#init.replica.variables, 'SLAVE', signal),
    'workflows-off': (signal) => this.#workflows('SLAVE', signal),
    release: (signal) => this.#release(signal),
  }

  /** A claim of ours whose answer was lost is ours all the same. */
  async #claim(signal: AbortSignal): Promise<void> {
    const { self, claim, actor, reason, fence, time } = this.#init
    if (isOurs(this.#entry, self)) return
    const signature = sign(actor, reason, time.wallMs())
    const next = claimForPromotion(this.#entry.record, { ...claim, self }, signature)
    this.#entry = await swapOrThrow(fence, this.#entry, next, signal)
  }

  async #proof(signal: AbortSignal): Promise<void> {
    const { manifest, replica, branch, time, pollMs } = this.#init
    if (manifest.check === null) throw noCheck()
    const { nonce } = this.#entry.record
    const monotonicMs = () => time.monotonicMs()
    const poll = pollMs === undefined ? {} : { pollMs }
    await prove(
      { workflows: replica.workflows, check: manifest.check, ref: branch, nonce, monotonicMs, ...poll },
      signal,
    )
  }

  /** Where the run before ended between the swap and its record, the record is active already. */
  async #activate(signal: AbortSignal): Promise<void> {
    const { self, fence, actor, reason, time } = this.#init
    const { holder, state } = this.#entry.record
    if (holder === self && state === 'active') return
    const next = activate(this.#entry.record, self, sign(actor, reason, time.wallMs()))
    this.#entry = await swapOrThrow(fence, this.#entry, next, signal)
  }

  /** Somebody else's record, or one that is released, is nothing of ours to give back. */
  async #release(signal: AbortSignal): Promise<void> {
    const { self, fence, actor, time } = this.#init
    const entry = await fence.read(signal)
    if (entry === null || entry.record.holder !== self || entry.record.state === 'released') return
    const next = release(entry.record, self, sign(actor, 'the promotion failed', time.wallMs()))
    this.#entry = await swapOrThrow(fence, entry, next, signal)
  }

  async #workflows(role: 'TEMPORARY_MASTER' | 'SLAVE', signal: AbortSignal): Promise<void> {
    const { replica, manifest } = this.#init
    await reconcileWorkflows({ control: replica.workflows, contents: replica.contents, manifest, role }, signal)
  }

  async #gates(to: Parameters<typeof setGates>[2], signal: AbortSignal): Promise<void> {
    await setGates(this.#init.replica.variables, this.#init.manifest, to, signal)
  }

  async #marker(role: 'TEMPORARY_MASTER' | 'SLAVE', signal: AbortSignal): Promise<void> {
    const { git, branch, stateFile } = this.#init
    await commitMarker(git, { branch, file: stateFile }, { role, epoch: this.#entry.record.epoch }, signal)
  }

  async #write(name: string, value: string, signal: AbortSignal): Promise<void> {
    await writeAndReadBack(this.#init.replica.variables, name, value, signal)
  }
}

/** Of a transaction that is taken up again. */
function isOurs({ record }: FenceEntry, self: string): boolean {
  return record.holder === self && record.state === 'promoting'
}

function noCheck(): MirrorError {
  return new MirrorError('PROOF_FAILED', 'the manifest names no check: nothing proves that this repository can act', {
    field: 'check',
    remedy: 'give the manifest a check, a workflow that ends with success only when effects leave',
  })
}
