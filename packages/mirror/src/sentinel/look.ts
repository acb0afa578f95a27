import { errorCode, errorMessage, isAbort } from '@montana/foundation'
import { z } from 'zod'
import type { Fence, FenceEntry } from '../contracts/fence.js'
import type { Contents } from '../contracts/provider.js'
import type { Observation } from '../decide/observe.js'
import type { Reachability } from '../decide/verdict.js'

export interface LookInit {
  readonly fence: Fence
  /** Of the replica itself. */
  readonly own: Contents
  /** Of the primary; null when none is configured. */
  readonly primary: Contents | null
  readonly stateFile: string
}

export interface Look {
  readonly observation: Observation
  readonly entry: FenceEntry | null
}

const heartbeat = z.looseObject({ meta: z.looseObject({ updated_at_iso: z.string().max(64) }) })

const REACHABILITY: Readonly<Record<string, Reachability>> = {
  TARGET_NOT_FOUND: 'gone',
  TARGET_MOVED: 'gone',
  TARGET_AUTH: 'denied',
  TARGET_FORBIDDEN: 'denied',
  RATE_LIMITED: 'rate-limited',
}

/** One look at the world; what cannot be asked is part of what is seen. Spec repository-mirror 10.1. */
export async function look(init: LookInit, signal: AbortSignal): Promise<Look> {
  const fence = await attempt(() => init.fence.read(signal))
  const own = await attempt(() => init.own.file(init.stateFile, null, signal))
  const primary = init.primary === null ? null : await lookAtPrimary(init.primary, init.stateFile, signal)
  const entry = 'value' in fence ? fence.value : null
  const observation: Observation = {
    controlProblem: problemOf('the fence', fence) ?? problemOf('the own repository', own),
    record: entry?.record ?? null,
    ownHeartbeat: 'value' in own ? heartbeatOf(own.value) : null,
    primaryHeartbeat: primary?.heartbeat ?? null,
    primary: primary?.reachability ?? null,
  }
  return { observation, entry }
}

async function lookAtPrimary(
  contents: Contents,
  file: string,
  signal: AbortSignal,
): Promise<{ heartbeat: string | null; reachability: Reachability }> {
  const read = await attempt(() => contents.file(file, null, signal))
  if ('value' in read) return { heartbeat: heartbeatOf(read.value), reachability: 'reachable' }
  return { heartbeat: null, reachability: REACHABILITY[errorCode(read.error)] ?? 'unreachable' }
}

type Attempt<T> = { readonly value: T } | { readonly error: unknown }

async function attempt<T>(ask: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await ask() }
  } catch (error) {
    if (isAbort(error)) throw error
    return { error }
  }
}

function problemOf(what: string, tried: Attempt<unknown>): string | null {
  return 'error' in tried ? `${what}: ${errorMessage(tried.error)}` : null
}

/** Null where there is none: a missing or broken file says nothing about the primary. */
function heartbeatOf(text: string | null): string | null {
  try {
    const read = heartbeat.safeParse(JSON.parse(text ?? 'null'))
    return read.success ? read.data.meta.updated_at_iso : null
  } catch {
    return null
  }
}
