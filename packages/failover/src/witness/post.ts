import { type KeyObject, sign, verify } from 'node:crypto'
import { importMldsaPublicKey } from '@montana/crypto'
import { canonicalJson } from '@montana/foundation'
import { z } from 'zod'
import type { PostBody } from '../core/types.js'
import { FailoverError } from '../errors.js'
import { postBodyForm, type RawPost } from './post-form.js'
import type { SignedPost } from './types.js'

const DOMAIN = Buffer.from('montana-witness-post-v1\0')

/** Signs what a host says at a witness; a millisecond. */
export function signPost(body: PostBody, privateKey: KeyObject): SignedPost {
  const wire = toWire(body)
  return { body, signature: sign(null, signedBytes(wire), privateKey).toString('base64') }
}

/** The JSON that travels. */
export function encodePost({ body, signature }: SignedPost): RawPost {
  return { body: toWire(body), signature }
}

/** Which of `publicKeys` (1952 bytes each) signed it; undefined: none. */
export function signerOf({ body, signature }: RawPost, publicKeys: readonly Uint8Array[]): Uint8Array | undefined {
  const [message, bytes] = [signedBytes(body), Buffer.from(signature, 'base64')]
  return publicKeys.find((key) => verify(null, message, importMldsaPublicKey(key), bytes))
}

export function isSignedBy(post: RawPost, publicKeys: readonly Uint8Array[]): boolean {
  return signerOf(post, publicKeys) !== undefined
}

/** The body, whoever signed it. Throws FailoverError FRAME_INVALID. */
export function decodePostBody({ body }: RawPost): PostBody {
  const parsed = postBodyForm.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new FailoverError('FRAME_INVALID', `post: ${issue?.path.join('.')} ${issue?.message}`)
}

function toWire(body: PostBody): RawPost['body'] {
  return z.encode(postBodyForm, { ...body, policies: { ...body.policies }, visible: [...body.visible] })
}

function signedBytes(wire: unknown): Buffer {
  return Buffer.concat([DOMAIN, Buffer.from(canonicalJson(wire))])
}
