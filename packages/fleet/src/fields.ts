import { MLDSA_PUBLIC_KEY_BYTES, MLDSA_SIGNATURE_BYTES } from '@montana/crypto'
import { z } from 'zod'

/** Hosts, witnesses, groups, policies: spec three-mirror 2. */
export const nameField = z.string().regex(/^[a-z0-9-]{1,32}$/, 'is not 1 to 32 of a–z, 0–9 and -')
/** What people read; no control characters. */
export const labelField = z.string().regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u, 'is not 1 to 64 printable characters')
export const networkField = z.string().regex(/^[a-zA-Z0-9._-]{1,64}$/, 'is not 1 to 64 letters, digits, . _ -')
export const digestField = z.string().regex(/^[0-9a-f]{64}$/, 'is not 64 lower-case hex digits')
export const timeField = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'is not a time in UTC with milliseconds')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is not a time that exists')

/** Exactly `bytes` bytes in lower-case hex. */
export function hexField(bytes: number) {
  const form = new RegExp(`^[0-9a-f]{${2 * bytes}}$`)
  return z
    .string()
    .max(2 * bytes)
    .regex(form, `is not ${2 * bytes} lower-case hex digits`)
}

/** Exactly `bytes` bytes in canonical base64. */
export function base64Field(bytes: number) {
  return z
    .string()
    .max(Math.ceil(bytes / 3) * 4)
    .refine((text) => isCanonicalBase64(text, bytes), `is not base64 of ${bytes} bytes`)
}

export const mldsaKeyField = base64Field(MLDSA_PUBLIC_KEY_BYTES)
export const signatureField = base64Field(MLDSA_SIGNATURE_BYTES)

function isCanonicalBase64(text: string, bytes: number): boolean {
  const decoded = Buffer.from(text, 'base64')
  return decoded.length === bytes && decoded.toString('base64') === text
}

export function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
