import { type KeyObject, sign, verify } from 'node:crypto'
import { canonicalJson, errorCode } from '@montana/foundation'
import { z } from 'zod'
import { nameField } from '../channel/messages/fields.js'
import { rawPostForm, signatureField } from './post-form.js'

const DOMAIN = Buffer.from('montana-witness-answer-v1\0')
const POSTS_MAX = 64

export const nonceField = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/)

/** What a witness shows; with the nonce of whoever asked, so that a kept answer is worthless. Spec three-mirror 7.3. */
export const contentForm = z.strictObject({
  witness: nameField,
  group: nameField,
  nonce: nonceField,
  upMs: z.int().min(0),
  posts: z.array(z.strictObject({ ageMs: z.int().min(0), post: rawPostForm })).max(POSTS_MAX),
})

export const answerForm = z.strictObject({ ...contentForm.shape, signature: signatureField })

export type WitnessContent = z.output<typeof contentForm>
export type WitnessAnswer = z.output<typeof answerForm>

export function signAnswer(content: WitnessContent, privateKey: KeyObject): WitnessAnswer {
  return { ...content, signature: sign(null, signedBytes(content), privateKey).toString('base64') }
}

/** False for what nobody can have signed too: posts that have no canonical form. */
export function isAnswerOf({ signature, ...content }: WitnessAnswer, publicKey: KeyObject): boolean {
  try {
    return verify(null, signedBytes(content), publicKey, Buffer.from(signature, 'base64'))
  } catch (error) {
    if (errorCode(error) === 'JSON_NOT_REPRESENTABLE') return false
    throw error
  }
}

function signedBytes(content: WitnessContent): Buffer {
  return Buffer.concat([DOMAIN, Buffer.from(canonicalJson(content))])
}
