import { MirrorError } from '../contracts/errors.js'
import type { Fence, FenceEntry, FenceRecord } from '../contracts/fence.js'
import { claimAfterReleased, release } from '../decide/fence-rules.js'
import { permitWaitMs, waitText } from '../decide/last-permit.js'
import { selectRefs } from '../decide/refs.js'
import { foreignWork, type SwitchStep, type SwitchUndo } from '../decide/switchover.js'
import { sign } from '../fence/sign.js'
import { swapOrThrow } from '../fence/swap.js'
import { type BothSides, pushMoves } from '../handback/git.js'
import { movesOf } from '../handback/moves.js'
import { type Survey, survey } from '../handback/survey.js'
import type { GithubProvider } from '../providers/github/provider.js'
import { awaitTickets } from '../queue/await-tickets.js'
import { endRuns } from '../roles/end-runs.js'
import { writeAndReadBack } from '../roles/gates.js'
import { NotYet } from '../roles/not-yet.js'
import { type StopClockInit, stopFacts, stopTimeMs } from '../roles/taker-time.js'
import type { Effects } from '../roles/transaction.js'
import { Mirror } from './mirror.js'
import type { MirrorParts } from './parts.js'
import { openSide, type ReplicaSide } from './replica-side.js'

export interface SwitchoverInit {
  readonly parts: MirrorParts
  readonly self: string
  readonly primary: GithubProvider
  readonly replica: ReplicaSide
  readonly fence: Fence
  readonly reason: string
  /** No process on any host acts for the primary any more: its last permit needs no waiting for. */
  readonly isDrained: boolean
  readonly pollMs?: number
  /** The promotion of the replica; throws when it was taken back. */
  readonly promote: (signal: AbortSignal) => Promise<void>
}

/** What each step of a planned switch does, on the side of the primary. Spec repository-mirror 11.2. */
export class Switchover implements Effects<SwitchStep, SwitchUndo> {
  readonly #init: SwitchoverInit

  constructor(init: SwitchoverInit) {
    this.#init = init
  }

  readonly do: Effects<SwitchStep, SwitchUndo>['do'] = {
    sync: (signal) => this.#sync(signal),
    release: (signal) => this.#release(signal),
    'runs-ended': (signal) => this.#runsEnded(signal),
    'permit-over': (signal) => this.#permitOver(signal),
    tips: (signal) => this.#tips(signal),
    promotion: (signal) => this.#init.promote(signal),
  }

  readonly undo: Effects<SwitchStep, SwitchUndo>['undo'] = { reclaim: (signal) => this.#reclaim(signal) }

  /** The commits themselves are compared once the primary has stopped: they may come from elsewhere than the source. */
  async #sync(signal: AbortSignal): Promise<void> {
    const { parts, replica, reason } = this.#init
    const { name } = replica.target
    const tickets = new Mirror(parts).enqueue(reason, ['code', 'workflows', 'secrets', 'variables'], [name])
    await drain(parts, tickets, signal)
    const behind = parts.store.layers
      .all()
      .filter(({ mirror, layer, status }) => mirror === name && layer !== 'code' && status !== 'ok' && status !== 'off')
    if (behind.length === 0) return
    const list = behind.map(({ layer, status, error }) => `${layer} ${status}${error ? ` (${error.code})` : ''}`)
    throw new MirrorError('PRECONDITION', `${name} is not in step: ${list.join(', ')}`, {
      remedy: 'bring it in step with `montana mirror sync`, then switch',
    })
  }

  /** From here on the guard of the primary refuses. */
  async #release(signal: AbortSignal): Promise<void> {
    const { self, parts, replica, isDrained, reason } = this.#init
    const entry = await this.#read(signal)
    if (entry.record.holder === self && entry.record.state === 'released') return
    const signature = sign(parts.actor, reason, await stopTimeMs(stopClock(parts, replica, isDrained), signal))
    await this.#swap(entry, release(entry.record, self, signature), signal)
  }

  async #runsEnded(signal: AbortSignal): Promise<void> {
    const { parts, primary, pollMs } = this.#init
    const files = parts.manifest.workflows.filter((roles) => roles.primary && !roles.replica).map(({ file }) => file)
    const poll = pollMs === undefined ? {} : { pollMs }
    await endRuns({ workflows: primary.workflows, files, whose: 'the primary', time: parts.time, ...poll }, signal)
  }

  /** A process on a host that asked before the release may act for as long as it was told. Throws NotYet. */
  async #permitOver(signal: AbortSignal): Promise<void> {
    const { isDrained, parts, replica } = this.#init
    const { record } = await this.#read(signal)
    const waitMs = permitWaitMs(record, await stopFacts(stopClock(parts, replica, isDrained), signal))
    if (waitMs > 0) throw stillPermitted(waitMs)
  }

  async #tips(signal: AbortSignal): Promise<void> {
    const { parts, primary, replica } = this.#init
    const sides = await bothSides(parts, primary, replica, signal)
    const found = await surveySides(parts, sides, replica, signal)
    const foreign = foreignWork(found.plan.refs)
    if (foreign.length > 0) throw diverged(foreign)
    await pushMoves(sides.replica, movesOf(found, new Map()).replica, signal)
  }

  /** Nothing was promoted, or what was promoted was taken back. */
  async #reclaim(signal: AbortSignal): Promise<void> {
    const { self, parts, primary } = this.#init
    const entry = await this.#read(signal)
    const { record } = entry
    if (record.holder === self && record.state === 'active') return
    const former: FenceRecord = { ...record, holder: self, role: 'MASTER', return: 'auto' }
    const proof = { isDrained: true, stoppedMs: 0, skewMs: parts.config.skewMs }
    const signature = this.#signature('the planned switch failed')
    const { record: now } = await this.#swap(entry, claimAfterReleased(record, former, self, proof, signature), signal)
    await writeAndReadBack(primary.variables, 'MIRROR_EPOCH', String(now.epoch), signal)
  }

  async #read(signal: AbortSignal): Promise<FenceEntry> {
    const entry = await this.#init.fence.read(signal)
    if (entry) return entry
    throw new MirrorError('FENCED', 'the fence has no record', { remedy: 'look at the fence' })
  }

  async #swap(entry: FenceEntry, next: Parameters<typeof swapOrThrow>[2], signal: AbortSignal): Promise<FenceEntry> {
    return await swapOrThrow(this.#init.fence, entry, next, signal)
  }

  #signature(reason: string) {
    const { actor, time } = this.#init.parts
    return sign(actor, reason, time.wallMs())
  }
}

/** Of whoever carries the switch out, compared with that of the replica's provider. */
export function stopClock(
  { time, config }: MirrorParts,
  { provider }: Pick<ReplicaSide, 'provider'>,
  isDrained: boolean,
): StopClockInit {
  return { clock: provider.clock, time, skewMs: config.skewMs, isDrained }
}

/** Beside a daemon that is at work already, its work is waited for. */
async function drain(
  parts: MirrorParts,
  tickets: Parameters<typeof awaitTickets>[1],
  signal: AbortSignal,
): Promise<void> {
  try {
    await new Mirror(parts).sync(signal)
  } catch (error) {
    if (!(error instanceof MirrorError) || error.code !== 'BUSY') throw error
    await awaitTickets(parts.store, tickets, signal)
  }
}

export async function bothSides(
  parts: MirrorParts,
  primary: GithubProvider,
  replica: ReplicaSide,
  signal: AbortSignal,
): Promise<BothSides> {
  const open = (provider: GithubProvider) => openSide(parts, 'both.git', provider, signal)
  return { primary: await open(primary), replica: await open(replica.provider) }
}

/** What differs between both sides, of the refs that this target gets. */
export async function surveySides(
  { config, manifest }: MirrorParts,
  sides: BothSides,
  { target }: ReplicaSide,
  signal: AbortSignal,
): Promise<Survey> {
  const onRecovery = config.onRecovery === 'rescue' ? 'rescue' : 'merge'
  const found = await survey({ sides, onRecovery, ledgers: manifest.ledgers, stateFile: config.stateFile }, signal)
  const selected = selectRefs(new Map(found.plan.refs.map(({ ref }) => [ref, ref])), target.refs)
  return { ...found, plan: { ...found.plan, refs: found.plan.refs.filter(({ ref }) => selected.has(ref)) } }
}

function diverged(refs: readonly string[]): MirrorError {
  return new MirrorError('REF_DIVERGED', `the replica has work of its own on ${refs.join(', ')}`, {
    remedy: 'bring it into the primary first, or take it off the replica',
  })
}

function stillPermitted(waitMs: number): NotYet {
  return new NotYet(`the primary has stopped; its last permit is waited for: another ${waitText(waitMs)}`, {
    waitMs,
    remedy:
      'give the same command then: it goes on (half an hour later the primary takes the epoch back); or stop every process on hosts that acts, and add --drained',
  })
}
