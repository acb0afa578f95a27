import type { PostBody } from '../core/types.js'

/** A post as it travels: canonical JSON of the body, signed by the identity key of its host. Spec three-mirror 7.1. */
export interface SignedPost {
  readonly body: PostBody
  /** ML-DSA-65 over "montana-witness-post-v1" ‖ 0x00 ‖ JCS(body), base64. */
  readonly signature: string
}

export interface WitnessRead {
  /** How long the witness has been up, by its own clock; null where it has none (git). */
  readonly upMs: number | null
  /** Only posts whose signatures verify and whose host is of the group. */
  readonly posts: readonly { readonly host: string; readonly ageMs: number | null; readonly body: PostBody }[]
}

/** One dead-drop, as a host sees it. Both calls throw FailoverError WITNESS_UNREACHABLE or WITNESS_REFUSED. */
export interface Witness {
  readonly name: string
  readonly isSlow: boolean
  readonly stalenessMs: number
  post(post: SignedPost, signal: AbortSignal): Promise<void>
  read(signal: AbortSignal): Promise<WitnessRead>
  close(): Promise<void>
}
