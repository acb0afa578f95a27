import type { FenceEntry } from '../../../src/contracts/fence.js'
import { cancelDraining, draining, keepDraining } from '../../../src/decide/fence-handback.js'
import type { Transition } from '../../../src/decide/fence-records.js'
import { HANDBACK, type HandbackStep, type HandbackUndo } from '../../../src/decide/handback.js'
import { stoppedRest } from '../../../src/decide/last-permit.js'
import { advance, nextStep, startProgress } from '../../../src/decide/steps.js'
import { MIN } from '../support/gap-replay.js'
import type { Process } from './schedule.js'
import { startTick } from './tick.js'
import type { Repo, World } from './world.js'

type Step<T> = Generator<number, T, void>

/** In one look at the last permit that is waited for. */
const LEAP = 0.1

/** `montana mirror recover`, begun by each run of the fenced primary: a new one ends an older one. */
export function* recover(world: World): Process {
  const { primary } = world
  const executor = world.serial()
  const progress = primary.handback.progress ?? startProgress(world.schedule.nowMs)
  if (primary.handback.progress === null && !(yield* isReady(world))) return
  primary.handback = { ...primary.handback, progress, executor }
  while (primary.handback.progress && primary.handback.executor === executor && !world.isDead(primary)) {
    if (!(yield* one(world, executor))) return
  }
}

function* one(world: World, executor: number): Step<boolean> {
  const { primary } = world
  const { progress } = primary.handback
  if (progress === null) return false
  const next = nextStep(HANDBACK, progress)
  if (!('step' in next)) return finish(world, next.kind)
  if (next.kind === 'do') report(world, { ...next, outcome: 'begun' })
  const isOk = next.kind === 'do' ? yield* execute(world, next.step) : yield* undo(world, next.step)
  if (primary.handback.executor !== executor) return false
  report(world, { ...next, outcome: isOk ? 'ok' : 'failed' } as Parameters<typeof report>[1])
  if (!isOk) yield 3 * MIN
  return true
}

function report(world: World, what: Parameters<typeof advance<HandbackStep, HandbackUndo>>[2]): void {
  const { handback } = world.primary
  if (!handback.progress) return
  const progress = advance(HANDBACK, handback.progress, what, world.schedule.nowMs)
  world.primary.handback = { ...handback, progress }
}

function finish(world: World, end: 'done' | 'undone'): boolean {
  world.primary.handback = { ...world.primary.handback, progress: null }
  if (end === 'done') {
    world.counts.handedBack++
    startTick(world, world.primary)
  }
  return false
}

function* isReady(world: World): Step<boolean> {
  const entry = yield* world.ask(world.primary, () => world.entry)
  return entry?.record.state === 'handback-ready' && entry.record.holder !== world.primary.id
}

function* execute(world: World, step: HandbackStep): Step<boolean> {
  const { primary } = world
  if (step === 'drain') return yield* drain(world)
  if (step === 'runs-ended') return yield* endRuns(world)
  if (step === 'permit-over') return yield* awaitPermit(world)
  if (step === 'claim') return yield* claim(world)
  yield world.random.between(0.05, 4) * MIN
  if (world.isCut(primary) || world.random.chance(0.02)) return false
  const holder = holderOf(world)
  if (step === 'replica-inert' && holder) holder.role = 'SLAVE'
  return true
}

function* drain(world: World): Step<boolean> {
  const { primary } = world
  const entry = yield* world.ask(primary, () => world.entry)
  if (!entry) return false
  if (entry.record.state !== 'draining') {
    const now = yield* world.takerTime(primary)
    if (!now) return false
    const next = draining(entry.record, primary.id, world.sign('recover', now.latestMs))
    if ('refused' in next || !(yield* world.ask(primary, () => world.swap(entry, next.ok)))) return false
  }
  return true
}

/** Those that the provider of the replica lists. */
function* endRuns(world: World): Step<boolean> {
  const { primary } = world
  yield world.random.between(1, 5) * MIN
  const holder = holderOf(world)
  if (holder === undefined || world.isCut(primary)) return false
  world.endRuns(holder, 'listed')
  return true
}

/** A process on a host may act on; shows that it waits. */
function* awaitPermit(world: World): Step<boolean> {
  const { primary } = world
  for (;;) {
    const entry = yield* world.ask(primary, () => world.entry)
    if (!entry) return false
    const next = yield* claimOf(world, entry)
    if (next && ('ok' in next || next.refused.code !== 'BUSY')) return true
    yield world.random.between(1, 20) * MIN
    if (world.random.chance(LEAP)) world.leap(primary)
    if (next && !(yield* keep(world, primary))) return false
  }
}

function* keep(world: World, primary: Repo): Step<boolean> {
  const entry = yield* world.ask(primary, () => world.entry)
  if (!entry) return true
  const next = keepDraining(entry.record, primary.id, world.sign('recover'))
  if ('refused' in next) return false
  return (yield* world.ask(primary, () => world.swap(entry, next.ok))) !== null
}

function* claim(world: World): Step<boolean> {
  const { primary } = world
  const entry = yield* world.ask(primary, () => world.entry)
  if (!entry) return false
  if (entry.record.holder === primary.id) return true
  const next = yield* claimOf(world, entry)
  if (!next || 'refused' in next) return false
  return Boolean(yield* world.ask(primary, () => world.swap(entry, next.ok)))
}

/** Now and then an operator sees that nothing acts any more. */
function* claimOf(world: World, { record }: FenceEntry): Step<Transition | undefined> {
  const { primary, rules } = world
  const isDrained = record.state === 'draining' && !world.hasRuns(record.holder) && world.random.chance(0.3)
  const now = yield* world.takerTime(primary)
  if (!now) return undefined
  const proof = stoppedRest(record, { isDrained, nowMs: now.earliestMs, skewMs: rules.settings.skewMs })
  return rules.claimHandback(record, primary.id, proof, {}, world.sign('recover'))
}

function* undo(world: World, step: HandbackUndo): Step<boolean> {
  const entry = yield* world.ask(world.primary, () => world.entry)
  if (!entry) return false
  const holder = holderOf(world)
  if (step === 're-arm') {
    if (holder && entry.record.state === 'active' && entry.record.holder === holder.id) holder.role = 'TEMPORARY_MASTER'
    return true
  }
  const next = cancelDraining(entry.record, world.primary.id, world.sign('recover'))
  return 'refused' in next || (yield* world.ask(world.primary, () => world.swap(entry, next.ok))) !== undefined
}

function holderOf(world: World): Repo | undefined {
  return world.replicas.find(({ id }) => id === world.entry.record.holder)
}
