import { errorCode, isAbort } from '@montana/foundation'
import type { Role } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import { checkHealth } from '../health.js'
import { roleOfTarget } from '../service/epoch-held.js'
import type { MirrorParts, Reached } from '../service/parts.js'
import type { TargetObservation } from '../view/parts.js'

/** A look asks a target some five times; a page that is open all day stays far below its limits. */
const LOOK_EVERY_MS = 60_000
/** After a sync or a change of roles it is looked again, but not at each of their steps. */
const LOOK_LEAST_MS = 1_500
const ROLES: readonly Role[] = ['MASTER', 'SLAVE', 'TEMPORARY_MASTER']

interface Seen {
  observation: TargetObservation | undefined
  lookedMs: number
  /** Of the store when it was looked. */
  mark: string
  isLooking: boolean
}

/** Looks at targets while somebody asks what is known of them, and never keeps anybody waiting. */
export class Observer {
  readonly #current: () => MirrorParts
  readonly #signal: AbortSignal
  readonly #seen = new Map<string, Seen>()

  constructor(current: () => MirrorParts, signal: AbortSignal) {
    this.#current = current
    this.#signal = signal
  }

  /** What the last look found; begins another one where that is old. */
  observed(name: string): TargetObservation | undefined {
    const parts = this.#current()
    const reached = parts.targets.find(({ target }) => target.name === name)
    if (reached === undefined || !parts.config.enabled || !reached.target.enabled) return undefined
    const seen = this.#seen.get(name) ?? { observation: undefined, lookedMs: -Infinity, mark: '', isLooking: false }
    this.#seen.set(name, seen)
    if (!seen.isLooking && this.#isOld(seen, parts)) void this.#look(seen, parts, reached)
    return seen.observation
  }

  #isOld({ lookedMs, mark }: Seen, parts: MirrorParts): boolean {
    const ageMs = parts.time.monotonicMs() - lookedMs
    return ageMs > LOOK_EVERY_MS || (ageMs > LOOK_LEAST_MS && mark !== markOf(parts))
  }

  async #look(seen: Seen, parts: MirrorParts, reached: Reached): Promise<void> {
    seen.isLooking = true
    const mark = markOf(parts)
    try {
      seen.observation = await observe(parts, reached, this.#signal)
    } catch (error) {
      if (!isAbort(error)) parts.log.warn({ code: errorCode(error) }, 'a target was not looked at')
    }
    Object.assign(seen, { isLooking: false, lookedMs: parts.time.monotonicMs(), mark })
  }
}

/** Changes with every try and every step of a role change. */
function markOf({ store }: MirrorParts): string {
  return `${store.attempts.lastId()} ${store.events.lastId()}`
}

async function observe(parts: MirrorParts, reached: Reached, signal: AbortSignal): Promise<TargetObservation> {
  const { provider } = reached
  const atMs = parts.time.wallMs()
  const expected = await roleOfTarget(parts, reached, signal)
  const init = { provider, manifest: parts.manifest, role: expected, nowMs: atMs }
  const report = await checkHealth(init, signal)
  return { report, role: report.health === 'failed' ? null : await roleIn(reached, signal), atMs }
}

async function roleIn(reached: Reached, signal: AbortSignal): Promise<Role | null> {
  if (reached.type === 'git') return null
  const text = await reached.provider.variables.get('MIRROR_ROLE', signal).catch((error: unknown) => {
    if (error instanceof MirrorError) return null
    throw error
  })
  return ROLES.find((role) => role === text) ?? null
}
