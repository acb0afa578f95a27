import { z } from 'zod'
import { OPERATOR_MAX_CHARS, REASON_MAX_CHARS } from '../../core/constants.js'
import { parseEpoch } from '../../epoch.js'
import { MAX_HOSTS, MAX_POLICIES } from '../constants.js'

/** Groups, hosts, policies, services: spec three-mirror 2. */
const NAME = /^[a-z0-9-]{1,32}$/
export const nameField = z.string().regex(NAME)
export const bootIdField = z.string().regex(/^[A-Za-z0-9-]{1,64}$/)
export const digestField = z.string().regex(/^[0-9a-f]{64}$/)
export const commitField = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/)
export const addressField = z.string().regex(/^mt[a-f0-9]{40}$/)
/** What a person wrote. */
export const reasonField = z.string().max(REASON_MAX_CHARS)
export const operatorField = z.string().max(OPERATOR_MAX_CHARS)
export const countField = z.int().min(0)
/** Durations and ages, milliseconds. */
export const msField = z.number().min(0)

const EPOCH_DIGITS = 20
const U64_MAX = 2n ** 64n - 1n

/** A bigint here, decimal digits on the wire: JSON numbers hold no 64 bits. */
export const epochField = z.codec(z.string().max(EPOCH_DIGITS), z.bigint().min(0n).max(U64_MAX), {
  decode: (text, context) => {
    const epoch = parseEpoch(text)
    if (epoch !== undefined) return epoch
    context.issues.push({ code: 'custom', input: text, message: 'is not an epoch' })
    return z.NEVER
  },
  encode: String,
})

/**
 * An object by name with at most `max` entries, counted before any of them is looked at. Names are judged here, too: a
 * record of zod passes over `__proto__`.
 */
function byName<T extends z.ZodType>(max: number, value: T) {
  type Wire = Record<string, z.input<T>>
  const counted = z.custom<Wire>((input) => isPlainObject(input) && haveNames(Object.keys(input), max))
  return counted.pipe(z.record(z.string(), value) as unknown as z.ZodType<Record<string, z.output<T>>, Wire>)
}

export const byHost = <T extends z.ZodType>(value: T) => byName(MAX_HOSTS, value)
export const byPolicy = <T extends z.ZodType>(value: T) => byName(MAX_POLICIES, value)

function haveNames(keys: readonly string[], max: number): boolean {
  return keys.length <= max && keys.every((key) => NAME.test(key))
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
