import { isObjectName } from '../../git/remote.js'
import type { FencedUpdate } from './types.js'

const REF = /^refs\/(?!.*(\.\.|\/\/|\.lock$|\/$|@\{))[A-Za-z0-9._@+=,/-]{1,200}$/

/** Throws RangeError for updates that git would read as something else, that move nothing, and for two of one ref. */
export function requireUpdates(updates: readonly FencedUpdate[], epochRef: string): void {
  for (const { ref, old, next } of updates) {
    const isRight = REF.test(ref) && [old, next].every((name) => name === null || isObjectName(name)) && old !== next
    if (!isRight) throw new RangeError(`no update of a ref: ${JSON.stringify({ ref, old, next })}`)
  }
  const refs = [epochRef, ...updates.map(({ ref }) => ref)]
  if (new Set(refs).size < refs.length) throw new RangeError('a ref is updated twice')
}

/** A lease on every ref, and every ref in one transaction: one that is not in the push protects nothing. */
export function pushArguments(remote: string, updates: readonly FencedUpdate[]): string[] {
  const leases = updates.map(({ ref, old }) => `--force-with-lease=${ref}:${old ?? ''}`)
  const refs = updates.map(({ ref, next }) => `${next ?? ''}:${ref}`)
  return ['push', '--porcelain', '--no-verify', '--atomic', ...leases, '--', remote, ...refs]
}
