import type { FenceEntry } from '../../../src/contracts/fence.js'
import { handbackReady, undrain } from '../../../src/decide/fence-handback.js'
import type { Transition } from '../../../src/decide/fence-records.js'
import { observe } from '../../../src/decide/observe.js'
import { observeReturn } from '../../../src/decide/return-watch.js'
import { resumePromotion, startPromotion } from './promote.js'
import type { Process } from './schedule.js'
import type { Repo, World } from './world.js'

type Step<T> = Generator<number, T, void>

/** One run of a replica's sentinel; the timer and the workflow form may overlap. */
export function* watch(world: World, repo: Repo): Process {
  if (world.isDead(repo)) return
  if (world.random.chance(0.02)) repo.memory = null
  const version = repo.memoryVersion
  const entry = yield* world.ask(repo, () => world.entry)
  if (entry) world.knownForMs(repo, entry.record)
  if (repo.promotion.progress && entry) return resumePromotion(world, repo, entry)
  if (entry && entry.record.holder === repo.id && entry.record.renewal > 0) yield* holderWatch(world, repo, entry)
  else watchPrimary(world, repo, entry, version)
}

/** The swap of the memory: whoever was slower discards its observation. */
function watchPrimary(world: World, repo: Repo, entry: FenceEntry | undefined, version: number): void {
  if (repo.role === 'TEMPORARY_MASTER' && entry && entry.record.holder !== repo.id) repo.role = 'SLAVE'
  if (repo.role !== 'SLAVE' || repo.memoryVersion !== version) return
  const isCut = world.isCut(world.primary) || world.isCut(repo)
  const seen = {
    controlProblem: entry ? null : 'fence unreachable',
    record: entry?.record ?? null,
    ownHeartbeat: repo.heartbeat,
    primaryHeartbeat: isCut ? null : world.primary.heartbeat,
    primary: isCut ? ('unreachable' as const) : ('reachable' as const),
  }
  const result = observe(repo.memory, seen, world.wall(repo), world.rules.settings)
  repo.memory = result.memory
  repo.memoryVersion++
  if (result.decision === 'promote' && entry) startPromotion(world, repo, entry, 'silence')
}

/** As temporary primary: for the return of the primary, and for one that died while draining. */
function* holderWatch(world: World, repo: Repo, entry: FenceEntry): Step<void> {
  const { record } = entry
  const sign = () => world.sign(`sentinel ${repo.id}`)
  if (record.state === 'draining') {
    const drain = { idleMs: world.knownForMs(repo, record), skewMs: world.rules.settings.skewMs }
    const next = undrain(record, repo.id, drain, sign())
    if (yield* write(world, repo, entry, next)) {
      repo.role = 'TEMPORARY_MASTER'
      world.counts.undrained++
    }
    return
  }
  if (record.state === 'active' && repo.role === 'SLAVE') repo.role = 'TEMPORARY_MASTER'
  const notice = yield* world.ask(repo, () => world.notice)
  const settings = { recoveryObservations: 3, stalenessMs: world.rules.settings.stalenessMs }
  const result = observeReturn(repo.returns, notice ?? null, world.wall(repo), settings)
  repo.returns = result.memory
  const isAsked = world.random.chance(0.05)
  if (result.decision === 'handback-ready')
    yield* write(world, repo, entry, handbackReady(record, repo.id, isAsked, sign()))
}

function* write(world: World, repo: Repo, entry: FenceEntry, next: Transition): Step<boolean> {
  if ('refused' in next) return false
  return Boolean(yield* world.ask(repo, () => world.swap(entry, next.ok)))
}
