import type { PostBody } from '../core/types.js'
import { decodePostBody, isSignedBy } from './post.js'
import type { RawPost } from './post-form.js'
import type { HostKeys } from './server.js'

interface Known {
  readonly signature: string
  readonly body: PostBody
}

/** Checks posts once: the same one is shown by every read until its host writes again. */
export class PostReader {
  readonly #keysOf: HostKeys
  readonly #known = new Map<string, Known>()

  constructor(keysOf: HostKeys) {
    this.#keysOf = keysOf
  }

  /** Undefined for what its host did not sign, or what is no post. */
  read(raw: RawPost): PostBody | undefined {
    const keys = this.#keysOf(raw.body.host)
    if (keys.length === 0) return undefined
    const known = this.#known.get(raw.body.host)
    if (known?.signature === raw.signature && isSameBody(known.body, raw)) return known.body
    // Of one boot they only grow: an older one is a replay.
    if (known && known.body.bootId === raw.body.bootId && raw.body.sequence < known.body.sequence) return undefined
    if (!isSignedBy(raw, keys)) return undefined
    const body = decode(raw)
    if (body) this.#known.set(raw.body.host, { signature: raw.signature, body })
    return body
  }
}

/** One signature belongs to one text of the host: boot and sequence name it. */
function isSameBody({ bootId, sequence }: PostBody, raw: RawPost): boolean {
  return bootId === raw.body.bootId && sequence === raw.body.sequence
}

function decode(raw: RawPost): PostBody | undefined {
  try {
    return decodePostBody(raw)
  } catch {
    return undefined
  }
}
