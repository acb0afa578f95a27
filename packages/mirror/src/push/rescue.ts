import { MirrorError } from '../contracts/errors.js'
import type { GitAccess } from '../contracts/provider.js'
import type { TargetCall } from './git.js'
import { deleteOnce, listTarget } from './target.js'

export interface RescueRef {
  readonly ref: string
  readonly tip: string
  /** RFC 3339 to the second, from the name; null for a name that tells none. */
  readonly at: string | null
}

export interface RescueRequest {
  /** Any repository: git needs one to speak from. */
  readonly source: string
  readonly access: GitAccess
  readonly signal: AbortSignal
}

/** A deletion moves no objects. */
const TIMEOUT_MS = 120_000
const RESCUE = /^refs\/(?:heads|tags)\/rescue\//
const STAMP = /\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-/

/** Foreign tips that earlier pushes kept on the target. Spec repository-mirror 7.3. */
export async function listRescueRefs(request: RescueRequest): Promise<readonly RescueRef[]> {
  const { tips } = await listTarget(callOf(request), ['--heads', '--tags'])
  return [...tips].filter(([ref]) => RESCUE.test(ref)).map(([ref, tip]) => ({ ref, tip, at: timeOf(ref) }))
}

/** The one way in which something is deleted on a target: by its full name, under the lease of the tip that was seen. */
export async function dropRescueRef(request: RescueRequest, ref: string): Promise<RescueRef> {
  const found = (await listRescueRefs(request)).find((rescue) => rescue.ref === ref)
  if (found === undefined) throw unknownRef(ref)
  const { refs } = await deleteOnce(callOf(request), ref, found.tip)
  const reason = refs.find((pushed) => pushed.ref === ref)?.reason ?? null
  if (reason !== null) throw new MirrorError('REF_REJECTED', `the target keeps ${ref}: ${reason}`, { remedy: REMEDY })
  return found
}

const REMEDY = 'See which rules of the target protect it.'

export function unknownRef(ref: string): MirrorError {
  return new MirrorError('NAME_INVALID', `the target has no rescue ref ${ref}`, {
    remedy: 'Run: montana mirror rescue list',
    exitCode: 2,
  })
}

function callOf({ source, access, signal }: RescueRequest): TargetCall {
  return { folder: source, access, signal, timeoutMs: TIMEOUT_MS }
}

function timeOf(ref: string): string | null {
  const [, year, month, day, hour, minute, second] = STAMP.exec(ref) ?? []
  return year === undefined ? null : `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
}
