import { MirrorError } from '../contracts/errors.js'

/** What a target shows of itself. */
export interface Listing {
  /** Ref to object id, without peeled tags and HEAD. */
  readonly tips: ReadonlyMap<string, string>
  /** Ref that HEAD points to; null on an empty target. */
  readonly head: string | null
}

/** More refs than any repository that we know of has outside of hidden namespaces. */
export const REFS_MAX = 200_000
/** That many with names of 160 bytes. */
export const LISTING_MAX_BYTES = 40 * 2 ** 20

const TIP = /^([0-9a-f]{40}|[0-9a-f]{64})\t(refs\/[^\s~^:?*[\\]+)$/
const HEAD = /^ref: (refs\/\S+)\tHEAD$/
/** Peeled tags, HEAD's own id, and names that git itself would refuse to push. */
const SKIPPED = /^(?:[0-9a-f]{40}|[0-9a-f]{64})\t(?:HEAD|refs\/.*\^\{\})$/

/** Reads `git ls-remote --symref`. Throws TARGET_ANSWER_INVALID for any other line, and for more than {@link REFS_MAX} refs. */
export function parseListing(text: string): Listing {
  const lines = text.split('\n').filter((line) => line !== '')
  if (lines.length > REFS_MAX) throw invalid(`lists more than ${REFS_MAX} refs`)
  const tips = new Map<string, string>()
  let head: string | null = null
  for (const line of lines) {
    const [, id, ref] = TIP.exec(line) ?? []
    if (id !== undefined && ref !== undefined) tips.set(ref, id)
    else head = HEAD.exec(line)?.[1] ?? (SKIPPED.test(line) ? head : refused())
  }
  return { tips, head }
}

function refused(): never {
  throw invalid('answers a list of refs that is none')
}

function invalid(fault: string): MirrorError {
  return new MirrorError('TARGET_ANSWER_INVALID', `the target ${fault}`, {
    remedy: 'See with git ls-remote what the target answers, and narrow REFS if need be.',
  })
}
