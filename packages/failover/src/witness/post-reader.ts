import { bytesEqual } from '@montana/foundation'
import type { PostBody } from '../core/types.js'
import { HostProgress } from './host-progress.js'
import { decodePostBody, signerOf } from './post.js'
import type { RawPost } from './post-form.js'
import type { HostKeys } from './server.js'

interface Known {
  readonly progress: HostProgress
  readonly signature: string
  readonly key: Uint8Array
  readonly body: PostBody
}

/** Checks posts once: the same one is shown by every read until its host writes again. */
export class PostReader {
  readonly #keysOf: HostKeys
  readonly #known = new Map<string, Known>()

  constructor(keysOf: HostKeys) {
    this.#keysOf = keysOf
  }

  /** Undefined for what its host did not sign with a key that counts now, what is no post, and what is a replay. */
  read(raw: RawPost): PostBody | undefined {
    const { host } = raw.body
    const keys = this.#keysOf(host)
    const known = this.#known.get(host)
    if (known && isSame(known, raw)) return keys.some((key) => bytesEqual(key, known.key)) ? known.body : undefined
    if (known?.progress.isOld(raw.body)) return undefined
    // The form first: what has it is small and flat, whoever wrote it.
    const body = decode(raw)
    const key = body && signerOf(raw, keys)
    if (!body || !key) return undefined
    const progress = known?.progress ?? new HostProgress()
    progress.advance(body)
    this.#known.set(host, { progress, signature: raw.signature, key, body })
    return body
  }
}

/** One signature belongs to one text of the host: boot and sequence name it. */
function isSame({ signature, body }: Known, raw: RawPost): boolean {
  return signature === raw.signature && body.bootId === raw.body.bootId && body.sequence === raw.body.sequence
}

function decode(raw: RawPost): PostBody | undefined {
  try {
    return decodePostBody(raw)
  } catch {
    return undefined
  }
}
