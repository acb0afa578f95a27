import { cancelDraining, draining, keepDraining } from '../../../src/decide/fence-handback.js'
import { HANDBACK, type HandbackStep, type HandbackUndo } from '../../../src/decide/handback.js'
import { advance, nextStep, startProgress } from '../../../src/decide/steps.js'
import { MIN } from '../support/gap-replay.js'
import type { Process } from './schedule.js'
import { startTick } from './tick.js'
import type { Repo, World } from './world.js'

type Step<T> = Generator<number, T, void>

interface Recovery {
  readonly world: World
  readonly primary: Repo
  /** Every run of the replica was seen to have ended, after the drain began. */
  isDrained: boolean
  drainedMono: number
}

/** `montana mirror recover`, begun by each run of the fenced primary: a new one ends an older one. */
export function* recover(world: World): Process {
  const { primary } = world
  const executor = world.serial()
  const progress = primary.handback.progress ?? startProgress(world.schedule.nowMs)
  if (primary.handback.progress === null && !(yield* isReady(world))) return
  primary.handback = { ...primary.handback, progress, executor }
  const recovery: Recovery = { world, primary, isDrained: false, drainedMono: world.mono(primary) }
  while (primary.handback.progress && primary.handback.executor === executor && !world.isDead(primary)) {
    if (!(yield* one(recovery, executor))) return
  }
}

function* one(recovery: Recovery, executor: number): Step<boolean> {
  const { world, primary } = recovery
  const { progress } = primary.handback
  if (progress === null) return false
  const next = nextStep(HANDBACK, progress)
  if (!('step' in next)) return finish(world, next.kind)
  if (next.kind === 'do') report(world, { ...next, outcome: 'begun' })
  const isOk = next.kind === 'do' ? yield* execute(recovery, next.step) : yield* undo(world, next.step)
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

function* execute(recovery: Recovery, step: HandbackStep): Step<boolean> {
  const { world, primary } = recovery
  if (step === 'drain') return yield* drain(recovery)
  if (step === 'runs-ended') return yield* awaitRuns(recovery)
  if (step === 'claim') return yield* claim(recovery)
  yield world.random.between(0.05, 4) * MIN
  if (world.isCut(primary) || world.random.chance(0.02)) return false
  const holder = holderOf(world)
  if (step === 'replica-inert' && holder) holder.role = 'SLAVE'
  return true
}

function* drain(recovery: Recovery): Step<boolean> {
  const { world, primary } = recovery
  const entry = yield* world.ask(primary, () => world.entry)
  if (!entry) return false
  if (entry.record.state !== 'draining') {
    const next = draining(entry.record, primary.id, world.sign('recover'))
    if ('refused' in next || !(yield* world.ask(primary, () => world.swap(entry, next.ok)))) return false
  }
  recovery.drainedMono = world.mono(primary)
  return true
}

/** Cancels the runs where the replica can be reached; else waits for the last permit, and shows that it does. */
function* awaitRuns(recovery: Recovery): Step<boolean> {
  const { world, primary } = recovery
  const { permitMs, skewMs } = world.rules.settings
  if (!world.rules.isDrainAwaited) return true
  const untilMono = recovery.drainedMono + permitMs + skewMs
  while (world.mono(primary) < untilMono) {
    yield world.random.between(1, 5) * MIN
    const holder = holderOf(world)
    if (holder && !world.isCut(primary) && world.random.chance(0.3)) {
      world.endRuns(holder)
      recovery.isDrained = world.entry.record.state === 'draining'
      return true
    }
    if (!(yield* keep(world, primary))) return false
  }
  return true
}

function* keep(world: World, primary: Repo): Step<boolean> {
  const entry = yield* world.ask(primary, () => world.entry)
  if (!entry) return true
  const next = keepDraining(entry.record, primary.id, world.sign('recover'))
  if ('refused' in next) return false
  return (yield* world.ask(primary, () => world.swap(entry, next.ok))) !== null
}

function* claim(recovery: Recovery): Step<boolean> {
  const { world, primary, isDrained, drainedMono } = recovery
  const entry = yield* world.ask(primary, () => world.entry)
  if (!entry) return false
  if (entry.record.holder === primary.id) return true
  const proof = { isDrained, stoppedMs: world.mono(primary) - drainedMono, skewMs: world.rules.settings.skewMs }
  const next = world.rules.claimHandback(entry.record, primary.id, proof, {}, world.sign('recover'))
  if ('refused' in next) return false
  return Boolean(yield* world.ask(primary, () => world.swap(entry, next.ok)))
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
