import { hold, pause, resume } from '../../../src/decide/fence-rules.js'
import { MIN } from '../support/gap-replay.js'
import { startPromotion } from './promote.js'
import type { Process } from './schedule.js'
import type { Repo, World } from './world.js'

/** While a last permit is waited for: rare on its own. */
const LEAP = 0.2

type Step<T> = Generator<number, T, void>

/** Holds, pauses and planned switches at any time, from the host of the first replica. Never force. */
export function* operate(world: World): Process {
  const [at] = world.replicas
  for (;;) {
    yield world.random.between(1, 9) * 60 * MIN
    if (!at) return
    if (world.random.chance(0.4)) yield* planned(world, at)
    else yield* annotate(world, at)
  }
}

function* annotate(world: World, at: Repo): Step<void> {
  const entry = yield* world.ask(at, () => world.entry)
  if (!entry) return
  const until = new Date(world.wall(at) + 2 * 60 * MIN).toISOString()
  const sign = world.sign('operator')
  const next = world.random.pick(hold(entry.record, until, sign), pause(entry.record, sign), resume(entry.record, sign))
  if ('ok' in next) yield* world.ask(at, () => world.swap(entry, next.ok))
}

/** Spec 11.2; who is told that the clock is wrong sets it, or not, and tries again: the primary stops, and only then the replica is promoted. */
function* planned(world: World, replica: Repo): Step<void> {
  const { primary } = world
  const entry = yield* world.ask(primary, () => world.entry)
  if (!entry || entry.record.holder !== primary.id) return
  const stop = (yield* world.takerTime(replica)) ?? (yield* world.takerTime(replica))
  if (!stop) return
  const next = world.rules.release(entry.record, primary.id, world.sign('operator', stop.latestMs))
  if ('refused' in next || !(yield* world.ask(primary, () => world.swap(entry, next.ok)))) return
  if (world.random.chance(0.5)) world.endRuns(primary, 'all')
  yield world.random.between(0.1, 50) * MIN
  if (world.random.chance(LEAP)) world.leap(replica)
  const released = yield* world.ask(replica, () => world.entry)
  if (!released || replica.promotion.progress) return
  world.knownForMs(replica, released.record)
  world.counts.planned++
  startPromotion(world, replica, released, 'planned')
}
