import type { FenceEntry } from '../../../src/contracts/fence.js'
import { mayActIn } from '../../../src/decide/fence-records.js'
import { MIN } from '../support/gap-replay.js'
import { recover } from './recover.js'
import type { Process } from './schedule.js'
import type { Repo, Run, World } from './world.js'

type Step<T> = Generator<number, T, void>

/** One run of a pipeline, or a long-lived service: guard first, then effects, asking again before each. Spec 8.4. */
export function startTick(world: World, repo: Repo): void {
  if (repo.role === 'SLAVE' || world.isDead(repo)) return
  const isService = world.random.chance(0.3)
  const run: Run = { repo, role: repo.role, isService, process: null, entry: null, startMono: null }
  world.runs.add(run)
  run.process = world.schedule.start(tick(world, run), 0, () => world.runs.delete(run))
}

function* tick(world: World, run: Run): Process {
  if (!(yield* guard(world, run))) return
  const { random } = world
  const { isService } = run
  const effects = isService ? 200 : 3
  for (let i = 0; i < effects; i++) {
    yield random.between(0.1, isService ? 8 : 12) * MIN
    if (world.isDead(run.repo)) return
    if (isDue(world, run, isService)) yield* guard(world, run)
    if (!world.mayAct(run)) return
    world.act(run)
    if (i % 5 === 0) yield* heartbeat(world, run.repo)
  }
}

/** A service asks only when its permit comes to its end, so it knows of nothing before. */
function isDue(world: World, run: Run, isService: boolean): boolean {
  if (!world.mayAct(run)) return true
  if (!isService) return world.random.chance(0.5)
  return run.startMono !== null && world.mono(run.repo) - run.startMono > world.rules.settings.permitMs - 9 * MIN
}

/** Renews the permit; true when this run may act. */
function* guard(world: World, run: Run): Step<boolean> {
  const entry = yield* world.ask(run.repo, () => world.entry)
  if (!entry) return world.mayAct(run)
  world.knownForMs(run.repo, entry.record)
  if (entry.record.holder === run.repo.id && mayActIn(entry.record)) return yield* prolong(world, run, entry)
  if (yield* takeBack(world, run, entry)) return true
  run.entry = entry
  world.counts.refused++
  if (run.repo === world.primary) yield* showReturn(world)
  return false
}

/** The permit counts from here, before anything was sent. */
function* prolong(world: World, run: Run, entry: FenceEntry): Step<boolean> {
  const next = world.rules.renew(entry.record, run.repo.id, {}, world.sign('tick'))
  if ('refused' in next) return false
  const startMono = world.mono(run.repo)
  if (!world.rules.isConfirmedFirst) grant(world, run, { commit: 'unconfirmed', record: next.ok }, startMono)
  const renewed = yield* world.ask(run.repo, () => world.swap(entry, next.ok))
  if (!renewed) return world.mayAct(run)
  grant(world, run, renewed, startMono)
  return world.mayAct(run)
}

/** After a failed promotion, in the role that it had. */
function* takeBack(world: World, run: Run, entry: FenceEntry): Step<boolean> {
  const trail = world.history.slice(0, Number(entry.commit.slice(1)))
  const former = trail.findLast(mayActIn) ?? null
  const { skewMs } = world.rules.settings
  const take = { self: run.repo.id, role: run.role, former, nowMs: world.wall(run.repo), skewMs }
  const next = world.rules.takeBack(entry.record, take, world.sign('tick', run.repo))
  if ('refused' in next) return false
  const startMono = world.mono(run.repo)
  const claimed = yield* world.ask(run.repo, () => world.swap(entry, next.ok))
  if (!claimed) return false
  world.counts.takenBack++
  grant(world, run, claimed, startMono)
  return world.mayAct(run)
}

function grant(world: World, run: Run, entry: FenceEntry, startMono: number): void {
  run.entry = entry
  run.startMono = world.rules.permitFrom === 'start' ? startMono : world.mono(run.repo)
}

/** Travels to the others with the code. */
function* heartbeat(world: World, repo: Repo): Step<void> {
  yield world.random.between(1, 20) * 1_000
  const text = new Date(world.wall(repo)).toISOString()
  for (const other of [world.primary, ...world.replicas]) {
    if (other === repo || (!world.isCut(repo) && !world.isCut(other))) other.heartbeat = text
  }
}

/** Fenced: shows that it lives, and takes over when it is asked to. */
function* showReturn(world: World): Step<void> {
  const notice = { head: 'h', at: '2026-02-07T00:00:00Z', nonce: `r${world.serial()}` }
  yield* world.ask(world.primary, () => {
    world.notice = notice
  })
  world.schedule.start(recover(world))
}
