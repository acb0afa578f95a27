import type { FenceEntry } from '../../../src/contracts/fence.js'
import { PROMOTION, type PromotionStep, type PromotionUndo } from '../../../src/decide/promotion.js'
import { advance, nextStep, startProgress } from '../../../src/decide/steps.js'
import { MIN } from '../support/gap-replay.js'
import type { Process } from './schedule.js'
import { startTick } from './tick.js'
import type { Repo, World } from './world.js'

type Step<T> = Generator<number, T, void>

/** A new transaction over the record on which the decision fell. */
export function startPromotion(world: World, repo: Repo, decidedOn: FenceEntry, cause: 'silence' | 'planned'): void {
  repo.promotion = { progress: startProgress(world.schedule.nowMs), executor: world.serial(), cause }
  world.schedule.start(promote(world, repo, decidedOn))
}

/** Somebody else goes on with what is in the table. */
export function resumePromotion(world: World, repo: Repo): void {
  repo.promotion = { ...repo.promotion, executor: world.serial() }
  world.schedule.start(promote(world, repo, null))
}

function* promote(world: World, repo: Repo, decidedOn: FenceEntry | null): Process {
  const { executor } = repo.promotion
  if (world.random.chance(0.3)) yield world.random.between(0, 30) * MIN
  for (;;) {
    const { progress } = repo.promotion
    if (progress === null || repo.promotion.executor !== executor || world.isDead(repo)) return
    const next = nextStep(PROMOTION, progress)
    if (!('step' in next)) return finish(world, repo, next.kind)
    if (next.kind === 'do') report(world, repo, { ...next, outcome: 'begun' })
    const isFirst = next.step === 'claim' && progress.begun === null
    const isOk =
      next.kind === 'do'
        ? yield* execute(world, repo, next.step, isFirst ? decidedOn : null)
        : yield* undo(world, repo, next.step)
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

function* execute(world: World, repo: Repo, step: PromotionStep, decidedOn: FenceEntry | null): Step<boolean> {
  if (step === 'claim') return yield* claim(world, repo, decidedOn)
  if (step === 'activate') return yield* activate(world, repo)
  yield world.random.between(0.02, step === 'proof' && world.random.chance(0.5) ? 15 : 0.5) * MIN
  if (world.isCut(repo) || (step === 'proof' && world.random.chance(0.2))) return false
  if (step === 'role') repo.role = 'TEMPORARY_MASTER'
  return true
}

function* claim(world: World, repo: Repo, decidedOn: FenceEntry | null): Step<boolean> {
  if (decidedOn === null) return yield* isClaimed(world, repo)
  const over = world.rules.isClaimOnDecision ? decidedOn : yield* world.ask(repo, () => world.entry)
  if (!over) return false
  const proof = {
    isDrained: false,
    stoppedMs: world.knownForMs(repo, over.record),
    skewMs: world.rules.settings.skewMs,
  }
  const times = { nowMs: world.wall(repo), idleMs: proof.stoppedMs }
  const { cause } = repo.promotion
  const isDrained = cause === 'planned' && world.counts.planned > 0 && !hasRuns(world, over.record.holder)
  const request = { ...proof, ...times, isDrained, self: repo.id, cause, tips: {} }
  const next = world.rules.claimForPromotion(over.record, request, world.sign(`promote ${repo.id}`))
  if ('refused' in next) return false
  const claimed = yield* world.ask(repo, () => world.swap(over, next.ok))
  return claimed === undefined ? yield* isClaimed(world, repo) : claimed !== null
}

/** What an operator sees who has cancelled and read back; true runs are all that the model has. */
function hasRuns(world: World, holder: string): boolean {
  return [...world.runs].some(({ repo }) => repo.id === holder)
}

/** The swap was begun and its answer is not known. */
function* isClaimed(world: World, repo: Repo): Step<boolean> {
  const entry = yield* world.ask(repo, () => world.entry)
  return entry?.record.holder === repo.id && entry.record.state === 'promoting'
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
