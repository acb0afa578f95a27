import { MIN } from '../support/gap-replay.js'
import { REAL, type Rules } from './faults.js'
import { operate } from './operator.js'
import type { Process } from './schedule.js'
import { watch } from './sentinel.js'
import { startTick } from './tick.js'
import { type Repo, SPAN_MS, World } from './world.js'

/** Per wait of any process: a few in each schedule. */
const CRASH = 0.004

/** One schedule from one seed. */
export function simulate(seed: number, fault: Partial<Rules> = {}): World {
  const world = new World(seed, { ...REAL, ...fault })
  const repos = [world.primary, ...world.replicas]
  for (const repo of repos) world.schedule.startSteady(cron(world, repo), world.random.between(0, 30) * MIN)
  for (const repo of world.replicas) world.schedule.startSteady(timer(world, repo), world.random.between(0, 30) * MIN)
  for (const repo of repos) world.schedule.startSteady(clock(world, repo))
  world.schedule.startSteady(operate(world))
  const isCrash = () => world.random.chance(CRASH)
  world.schedule.run(SPAN_MS, isCrash, () => world.check())
  return world
}

/** The provider's, late like the real ones. */
function* cron(world: World, repo: Repo): Process {
  for (;;) {
    startTick(world, repo)
    yield world.random.chance(0.1) ? world.random.between(60, 210) * MIN : world.random.between(25, 45) * MIN
  }
}

function* timer(world: World, repo: Repo): Process {
  for (;;) {
    world.schedule.start(watch(world, repo))
    if (world.random.chance(0.1)) world.schedule.start(watch(world, repo), world.random.between(0, 5) * MIN)
    yield world.random.chance(0.1) ? world.random.between(30, 120) * MIN : world.rules.settings.intervalMs
  }
}

function* clock(world: World, repo: Repo): Process {
  for (;;) {
    yield world.random.between(2, 20) * 60 * MIN
    world.leap(repo)
  }
}
