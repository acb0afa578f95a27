import { sleep, type TimeSource } from '@montana/foundation'
import type { Manifest, Role } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { Fence, FenceEntry } from '../contracts/fence.js'
import type { ProviderClock } from '../contracts/provider.js'
import { cancelDraining, claimHandback, draining, keepDraining } from '../decide/fence-handback.js'
import type { HandbackStep, HandbackUndo } from '../decide/handback.js'
import { permitWaitMs, stoppedRest, waitText } from '../decide/last-permit.js'
import type { Finding } from '../decide/verdict.js'
import { sign } from '../fence/sign.js'
import { swapOrThrow } from '../fence/swap.js'
import { reconcileWorkflows } from '../reconcile/workflows.js'
import { cancelRuns, DRAIN_POLL_MS, DRAIN_TIMEOUT_MS, stillRunning } from '../roles/end-runs.js'
import { setGates, setRole, writeAndReadBack } from '../roles/gates.js'
import { commitMarker } from '../roles/marker.js'
import { NotYet } from '../roles/not-yet.js'
import type { GithubReplica } from '../roles/promotion.js'
import { type StopClockInit, stopFacts, stopTimeMs } from '../roles/taker-time.js'
import type { Effects } from '../roles/transaction.js'
import { type BothSides, pushMoves } from './git.js'
import { movesOf, rescueMoves } from './moves.js'
import { type Survey, survey } from './survey.js'
import { uniteTips } from './unite.js'

export interface HandbackInit {
  /** The returned primary. */
  readonly self: string
  readonly primary: GithubReplica & { readonly clock: ProviderClock }
  readonly replica: GithubReplica
  readonly sides: BothSides
  readonly fence: Fence
  readonly entry: FenceEntry
  readonly manifest: Manifest
  readonly stateFile: string
  readonly branch: string
  readonly onRecovery: 'merge' | 'rescue'
  readonly skewMs: number
  /** No process on any host acts for the temporary primary any more: its last permit needs no waiting for. */
  readonly isDrained: boolean
  readonly actor: string
  readonly time: TimeSource
  readonly pollMs?: number
  readonly onFinding?: (finding: Finding) => void
}

/** Well within the 30 min after which the other side takes a drain for dead. */
const KEEP_DRAINING_MS = 10 * 60_000

/** What each step of spec repository-mirror 11.3 does, on the side of the returned primary. */
export class Handback implements Effects<HandbackStep, HandbackUndo> {
  readonly #init: HandbackInit
  #entry: FenceEntry

  constructor(init: HandbackInit) {
    this.#init = init
    this.#entry = init.entry
  }

  get entry(): FenceEntry {
    return this.#entry
  }

  readonly do: Effects<HandbackStep, HandbackUndo>['do'] = {
    plan: async (signal) => void (await this.#survey(signal)),
    drain: (signal) => this.#drain(signal),
    'replica-inert': (signal) => this.#replicaInert(signal),
    'runs-ended': (signal) => this.#runsEnded(signal),
    'permit-over': (signal) => this.#permitOver(signal),
    preserve: (signal) => this.#preserve(signal),
    merge: (signal) => this.#merge(signal),
    claim: (signal) => this.#claim(signal),
    epoch: (signal) => this.#epochs(signal),
    role: (signal) => setRole(this.#init.primary.variables, 'MASTER', signal),
    gates: (signal) => this.#gates(this.#init.primary, true, signal),
    workflows: (signal) => this.#workflows(this.#init.primary, 'MASTER', signal),
    marker: (signal) => this.#marker(signal),
    verify: (signal) => this.#verify(signal),
  }

  /** The temporary primary goes on; the record first, so that nothing is armed again once somebody else was faster. */
  readonly undo: Effects<HandbackStep, HandbackUndo>['undo'] = {
    undrain: (signal) => this.#undrain(signal),
    're-arm': (signal) => this.#reArm(signal),
  }

  async #survey(signal: AbortSignal): Promise<Survey> {
    const { sides, onRecovery, manifest, stateFile } = this.#init
    const found = await survey({ sides, onRecovery, ledgers: manifest.ledgers, stateFile }, signal)
    if (found.plan.conflicts.length === 0) return found
    throw new MirrorError('HANDBACK_CONFLICT', `both sides changed ${found.plan.conflicts.join(', ')}`, {
      remedy:
        'unite these files by hand on one side, or set MIRROR_ON_RECOVERY=rescue to keep the other side as a branch',
      metadata: { files: found.plan.conflicts },
    })
  }

  async #drain(signal: AbortSignal): Promise<void> {
    const { self } = this.#init
    const fresh = await this.#read(signal)
    if (fresh.record.state === 'draining') return
    const signature = sign(this.#init.actor, 'hand-back', await stopTimeMs(this.#clock, signal))
    await this.#swap(draining(fresh.record, self, signature), signal)
  }

  async #replicaInert(signal: AbortSignal): Promise<void> {
    const { replica } = this.#init
    await this.#gates(replica, false, signal)
    await setRole(replica.variables, 'SLAVE', signal)
    await this.#workflows(replica, 'SLAVE', signal)
  }

  /** Each is cancelled and waited for, so that no effect of the epoch before can come after. */
  async #runsEnded(signal: AbortSignal): Promise<void> {
    const { manifest, replica, time, pollMs = DRAIN_POLL_MS } = this.#init
    const startMs = time.monotonicMs()
    let keptMs = startMs
    const acting = manifest.workflows.filter((roles) => roles.temporary && !roles.replica)
    while (
      (await cancelRuns(
        replica.workflows,
        acting.map(({ file }) => file),
        signal,
      )) > 0
    ) {
      if (time.monotonicMs() - startMs >= DRAIN_TIMEOUT_MS) throw stillRunning('the temporary primary')
      if (time.monotonicMs() - keptMs >= KEEP_DRAINING_MS) keptMs = await this.#keep(signal)
      await sleep(pollMs, signal)
    }
  }

  async #keep(signal: AbortSignal): Promise<number> {
    await this.#read(signal)
    await this.#swap(keepDraining(this.#entry.record, this.#init.self, this.#signature('still draining')), signal)
    return this.#init.time.monotonicMs()
  }

  /** A process on a host that asked before the drain may act for as long as it was told. Throws NotYet. */
  async #permitOver(signal: AbortSignal): Promise<void> {
    const { self, onFinding } = this.#init
    const { record } = await this.#read(signal)
    if (record.holder === self) return
    const waitMs = permitWaitMs(record, await stopFacts({ ...this.#clock, ...(onFinding && { onFinding }) }, signal))
    await this.#keep(signal)
    if (waitMs > 0) throw stillPermitted(waitMs)
  }

  get #clock(): StopClockInit {
    const { primary, time, skewMs, isDrained } = this.#init
    return { clock: primary.clock, time, skewMs, isDrained }
  }

  /** On both sides, before any branch moves. A rescue ref that is there already was made by a try before this one. */
  async #preserve(signal: AbortSignal): Promise<void> {
    const found = await this.#survey(signal)
    for (const side of ['primary', 'replica'] as const) {
      const kept = [...found[side]].filter(([ref]) => ref.startsWith('refs/heads/rescue/')).map(([, tip]) => tip)
      const missing = rescueMoves(found, stampOf(this.#init.time.wallMs())).filter(({ tip }) => !kept.includes(tip))
      await pushMoves(this.#init.sides[side], missing, signal)
    }
  }

  async #merge(signal: AbortSignal): Promise<void> {
    const found = await this.#survey(signal)
    const moves = movesOf(found, await this.#unite(found, signal))
    await pushMoves(this.#init.sides.primary, moves.primary, signal)
    await pushMoves(this.#init.sides.replica, moves.replica, signal)
  }

  async #unite({ primary, replica, plan }: Survey, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const { sides, manifest, stateFile, onFinding } = this.#init
    const united = new Map<string, string>()
    const { epoch } = this.#entry.record
    const common = {
      git: sides.primary,
      ledgers: manifest.ledgers,
      stateFile,
      epochs: { primary: epoch - 1, replica: epoch },
    }
    for (const { ref, action } of plan.refs) {
      if (action !== 'merge' && action !== 'primary-tree') continue
      const tips = { primary: primary.get(ref) ?? '', replica: replica.get(ref) ?? '' }
      const { commit, findings } = await uniteTips({ ...common, action }, tips, signal)
      for (const finding of findings) onFinding?.(finding)
      united.set(ref, commit)
    }
    return united
  }

  async #claim(signal: AbortSignal): Promise<void> {
    const { self } = this.#init
    const { record } = await this.#read(signal)
    if (record.holder === self && record.state === 'active') return
    const proof = stoppedRest(record, await stopFacts(this.#clock, signal))
    await this.#swap(claimHandback(record, self, proof, record.tips, this.#signature('hand-back')), signal)
  }

  async #epochs(signal: AbortSignal): Promise<void> {
    const epoch = String(this.#entry.record.epoch)
    for (const { variables } of [this.#init.primary, this.#init.replica]) {
      await writeAndReadBack(variables, 'MIRROR_EPOCH', epoch, signal)
    }
  }

  /** The commit of the marker goes to the replica at once: its own bookkeeping must not leave it one commit behind. */
  async #marker(signal: AbortSignal): Promise<void> {
    const { sides, branch, stateFile } = this.#init
    const { epoch } = this.#entry.record
    await commitMarker(sides.primary, { branch, file: stateFile }, { role: 'MASTER', epoch }, signal)
    const found = await this.#survey(signal)
    await pushMoves(sides.replica, movesOf(found, new Map()).replica, signal)
  }

  async #verify(signal: AbortSignal): Promise<void> {
    const { primary, replica, manifest } = this.#init
    await expectRole(primary, 'MASTER', signal)
    await expectRole(replica, 'SLAVE', signal)
    await setGates(replica.variables, manifest, { kind: 'inert' }, signal)
  }

  async #undrain(signal: AbortSignal): Promise<void> {
    const { record } = await this.#read(signal)
    if (record.state !== 'draining') return
    await this.#swap(cancelDraining(record, this.#init.self, this.#signature('the hand-back failed')), signal)
  }

  async #reArm(signal: AbortSignal): Promise<void> {
    const { replica } = this.#init
    const { record } = await this.#read(signal)
    if (record.holder === this.#init.self || record.role !== 'TEMPORARY_MASTER') return
    await this.#workflows(replica, 'TEMPORARY_MASTER', signal)
    await setRole(replica.variables, 'TEMPORARY_MASTER', signal)
    await this.#gates(replica, true, signal)
  }

  async #gates({ variables }: GithubReplica, isLive: boolean, signal: AbortSignal): Promise<void> {
    const to = isLive ? ({ kind: 'live', had: this.#entry.record.gates } as const) : ({ kind: 'inert' } as const)
    await setGates(variables, this.#init.manifest, to, signal)
  }

  async #workflows({ workflows, contents }: GithubReplica, role: Role, signal: AbortSignal): Promise<void> {
    await reconcileWorkflows({ control: workflows, contents, manifest: this.#init.manifest, role }, signal)
  }

  async #read(signal: AbortSignal): Promise<FenceEntry> {
    const entry = await this.#init.fence.read(signal)
    if (entry === null) throw new MirrorError('FENCED', 'the fence has no record', { remedy: 'look at the fence' })
    this.#entry = entry
    return entry
  }

  async #swap(transition: Parameters<typeof swapOrThrow>[2], signal: AbortSignal): Promise<void> {
    this.#entry = await swapOrThrow(this.#init.fence, this.#entry, transition, signal)
  }

  #signature(reason: string) {
    return sign(this.#init.actor, reason, this.#init.time.wallMs())
  }
}

async function expectRole({ variables }: GithubReplica, role: Role, signal: AbortSignal): Promise<void> {
  const found = await variables.get('MIRROR_ROLE', signal)
  if (found === role) return
  throw new MirrorError('READBACK_MISMATCH', `MIRROR_ROLE is ${found ?? 'not set'}, not ${role}`, {
    field: 'MIRROR_ROLE',
    remedy: 'run it again: it goes on from here',
  })
}

function stillPermitted(waitMs: number): NotYet {
  return new NotYet(`the temporary primary has stopped; its last permit is waited for: another ${waitText(waitMs)}`, {
    waitMs,
    remedy:
      'run it again then: it goes on (half an hour later the temporary primary acts again); or stop every process on hosts that acts for it, and say so with `montana mirror demote --drained`',
  })
}

function stampOf(wallMs: number): string {
  return new Date(wallMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}
