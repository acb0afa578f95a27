import type { AddInit } from '../service/add-slot.js'
import { keepWorking } from '../service/keep-working.js'
import type { Mirror } from '../service/mirror.js'
import { type ReconfigureInit, reconfigure } from '../service/reconfigure.js'
import { mirrorService } from './mirror-service.js'
import { Observer } from './observer.js'
import { adding, operations } from './operations.js'
import type { MirrorService } from './service.js'

export interface ManageInit extends AddInit, ReconfigureInit {
  /** Of runs that are waited for; shorter in tests only. */
  readonly pollMs?: number
  /** How soon a queue that another process has left is taken over; shorter in tests only. */
  readonly againMs?: number
}

export interface ManagedMirror {
  /** For the routes, with everything that they can be asked for. */
  readonly service: MirrorService
  /** Ends its work; the mirror stays the caller's to close. */
  stop(): Promise<void>
}

/** A mirror in the hands of a page: looked at, changed, and worked off while no other process does that. */
export function manageMirror(mirror: Mirror, init: ManageInit): ManagedMirror {
  const { envFile, environment, pollMs, againMs } = init
  const ending = new AbortController()
  const again = async () => await reconfigure(mirror, init, ending.signal)
  const observer = new Observer(() => mirror.parts, ending.signal)
  const place = { envFile, environment, reconfigure: again }
  const service = mirrorService(mirror, {
    ...operations(mirror, { ...place, ...(pollMs !== undefined && { pollMs }) }),
    ...adding(mirror, { ...init, reconfigure: again }),
    observed: (name) => observer.observed(name),
  })
  const timing = againMs === undefined ? {} : { againMs }
  const working = keepWorking(mirror, { reconfigure: again, ...timing }, ending.signal)
  const stop = async () => {
    ending.abort()
    await working
  }
  return { service, stop }
}
