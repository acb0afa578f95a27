import { ConfigError, errorMessage, isAbort } from '@montana/foundation'
import type { FenceRecord } from '../contracts/fence.js'
import { type HandbackDue, handbackDue } from '../decide/handback.js'
import { HEALTHY } from './answer.js'
import { reachOwn } from './place.js'
import { openStore, type RecoverScriptInit, runRecover } from './recover.js'

export interface HandedBack {
  readonly kind: 'done' | 'not-done'
  /** For people. */
  readonly why: string
}

/**
 * The guard of a returned primary takes the epoch back once the sentinel has made the record ready, goes on with a
 * hand-back that was interrupted, and completes one after its claim. Null where none is due. Spec repository-mirror 11.3.
 */
export async function handBack(
  init: RecoverScriptInit,
  record: FenceRecord,
  self: string,
  signal: AbortSignal,
): Promise<HandedBack | null> {
  const due = handbackDue(record, self, init.environment)
  if (due === 'no') return null
  try {
    return (await isWanted(init, due, signal)) ? await run(init, signal) : null
  } catch (error) {
    if (isAbort(error)) throw error
    return { kind: 'not-done', why: wordsOf(error) }
  }
}

/** After a claim, and in a drain, only what was begun here is gone on with. */
async function isWanted(init: RecoverScriptInit, due: HandbackDue, signal: AbortSignal): Promise<boolean> {
  if (due === 'begin') return true
  if (init.environment.ownCredential.kind === 'none') return false
  return (await (await openStore(init, reachOwn(init), signal)).read(signal)) !== null
}

async function run(init: RecoverScriptInit, signal: AbortSignal): Promise<HandedBack> {
  requireCredential(init)
  const { exitCode, lines } = await runRecover(init, signal)
  return { kind: exitCode === HEALTHY ? 'done' : 'not-done', why: lines.join('; ') }
}

function requireCredential({ environment }: RecoverScriptInit): void {
  if (environment.ownCredential.kind !== 'none') return
  throw new ConfigError('MIRROR_SENTINEL_TOKEN is missing: this repository cannot take the epoch back without', {
    field: 'MIRROR_SENTINEL_TOKEN',
    remedy: 'set it by `montana mirror sentinel install`, and hand it over in `env`',
  })
}

function wordsOf(error: unknown): string {
  const remedy = error instanceof Error && 'remedy' in error ? error.remedy : undefined
  return `${errorMessage(error)}${typeof remedy === 'string' ? `; ${remedy}` : ''}`
}
