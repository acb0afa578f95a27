import type { FenceEntry, FenceRecord } from '../../../src/contracts/fence.js'
import type { RestProof } from '../../../src/decide/fence-records.js'
import { stoppedRest } from '../../../src/decide/last-permit.js'
import {
  PROMOTION,
  type PromotionProgress,
  type PromotionStep,
  type PromotionUndo,
} from '../../../src/decide/promotion.js'
import { abandon, advance, isStandingStill, nextStep, startProgress } from '../../../src/decide/steps.js'
import { MIN } from '../support/gap-replay.js'
import type { Process } from './schedule.js'
import { startTick } from './tick.js'
import type { Repo, World } from './world.js'

type Step<T> = Generator<number, T, void>

/** Between the record of a claim that begins and its swap. */
const KILLED = 0.2

/** A new transaction over the record on which the decision fell. */
export function startPromotion(world: World, repo: Repo, decidedOn: FenceEntry, cause: 'silence' | 'planned'): void {
  const progress: PromotionProgress = startProgress(world.schedule.nowMs)
  repo.promotion = { progress, executor: world.serial(), cause, decidedOn: decidedOn.commit }
  world.schedule.start(promote(world, repo, decidedOn))
}

/** Somebody else goes on with what is in the table, as far as the record allows that it has read; or takes it back. */
export function resumePromotion(world: World, repo: Repo, entry: FenceEntry): void {
  const { progress, decidedOn } = repo.promotion
  if (progress === null) return
  const { nowMs } = world.schedule
  const settled = world.rules.settlePromotion(progress, { self: repo.id, entry, decidedOn, nowMs })
  if (settled.failed === 'claim' && progress.failed === null) world.counts.overtaken++
  const isStale = isStandingStill(nowMs - progress.movedMs)
  const next = isStale ? abandon(PROMOTION, settled, nowMs) : settled
  repo.promotion = { ...repo.promotion, progress: next, executor: world.serial() }
  world.schedule.start(promote(world, repo, entry))
}

/** `found`: the record on which the decision fell, or the one that was read when it was taken up again. */
function* promote(world: World, repo: Repo, found: FenceEntry): Process {
  const { executor } = repo.promotion
  if (world.random.chance(0.3)) yield world.random.between(0, 30) * MIN
  for (;;) {
    const { progress } = repo.promotion
    if (progress === null || repo.promotion.executor !== executor || world.isDead(repo)) return
    const next = nextStep(PROMOTION, progress)
    if (!('step' in next)) return finish(world, repo, next.kind)
    if (next.kind === 'do') report(world, repo, { ...next, outcome: 'begun' })
    if (next.step === 'claim' && world.random.chance(KILLED)) {
      world.counts.killed++
      return
    }
    const isOk =
      next.kind === 'do' ? yield* execute(world, repo, next.step, found) : yield* undo(world, repo, next.step)
    if (repo.promotion.executor !== executor) return
    report(world, repo, { ...next, outcome: isOk ? 'ok' : 'failed' } as Parameters<typeof report>[2])
    if (!isOk && next.kind === 'undo') yield 5 * MIN
  }
}

function report(world: World, repo: Repo, what: Parameters<typeof advance<PromotionStep, PromotionUndo>>[2]): void {
  const { progress } = repo.promotion
  if (progress)
    repo.promotion = { ...repo.promotion, progress: advance(PROMOTION, progress, what, world.schedule.nowMs) }
}

function finish(world: World, repo: Repo, end: 'done' | 'undone'): void {
  repo.promotion = { ...repo.promotion, progress: null }
  if (end === 'done') {
    world.counts.promoted++
    startTick(world, repo)
  }
  if (end === 'undone') world.counts.undone++
}

function* execute(world: World, repo: Repo, step: PromotionStep, found: FenceEntry): Step<boolean> {
  if (step === 'claim') return yield* claim(world, repo, found)
  if (step === 'activate') return yield* activate(world, repo)
  yield world.random.between(0.02, step === 'proof' && world.random.chance(0.5) ? 15 : 0.5) * MIN
  if (world.isCut(repo) || (step === 'proof' && world.random.chance(0.2))) return false
  if (step === 'role') repo.role = 'TEMPORARY_MASTER'
  return true
}

/** What was swapped although no answer came is released by the undo. */
function* claim(world: World, repo: Repo, found: FenceEntry): Step<boolean> {
  if (found.record.holder === repo.id && found.record.state === 'promoting') return true
  const over = world.rules.isClaimOnDecision ? found : yield* world.ask(repo, () => world.entry)
  if (!over) return false
  const knownMs = world.knownForMs(repo, over.record)
  const { cause } = repo.promotion
  const isDrained = cause === 'planned' && world.counts.planned > 0 && !world.hasRuns(over.record.holder)
  const proof = yield* restOf(world, repo, over.record, isDrained)
  if (!proof) return false
  const request = { ...proof, idleMs: knownMs, nowMs: world.wall(repo), self: repo.id, cause, tips: {} }
  const next = world.rules.claimForPromotion(over.record, request, world.sign(`promote ${repo.id}`))
  return 'ok' in next && Boolean(yield* world.ask(repo, () => world.swap(over, next.ok)))
}

/** The sentinel counts by what it has seen, a planned switch by what the record says. */
function* restOf(world: World, repo: Repo, record: FenceRecord, isDrained: boolean): Step<RestProof | undefined> {
  const { skewMs } = world.rules.settings
  if (repo.promotion.cause === 'silence') return { isDrained, stoppedMs: world.knownForMs(repo, record), skewMs }
  if (record.holder !== world.primary.id) return { isDrained, stoppedMs: 0, skewMs }
  const now = yield* world.takerTime(repo)
  return now && stoppedRest(record, { isDrained, nowMs: now.earliestMs, skewMs })
}

function* activate(world: World, repo: Repo): Step<boolean> {
  const entry = yield* world.ask(repo, () => world.entry)
  if (!entry) return false
  if (entry.record.holder === repo.id && entry.record.state === 'active') return true
  const next = world.rules.activate(entry.record, repo.id, world.sign(`promote ${repo.id}`))
  if ('refused' in next) return false
  return Boolean(yield* world.ask(repo, () => world.swap(entry, next.ok)))
}

function* undo(world: World, repo: Repo, step: PromotionUndo): Step<boolean> {
  if (step === 'release') return yield* release(world, repo)
  yield world.random.between(0.05, 1) * MIN
  if (world.isCut(repo)) return false
  if (step === 'role-replica') repo.role = 'SLAVE'
  return true
}

/** Whoever is no longer the holder has nothing to release. */
function* release(world: World, repo: Repo): Step<boolean> {
  const entry = yield* world.ask(repo, () => world.entry)
  if (!entry) return false
  const next = world.rules.release(entry.record, repo.id, world.sign(`undo ${repo.id}`))
  if ('refused' in next) return next.refused.code !== 'BUSY'
  return Boolean(yield* world.ask(repo, () => world.swap(entry, next.ok)))
}
