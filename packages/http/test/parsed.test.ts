import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { RefusedError } from '../src/errors.js'
import { parsed } from '../src/parsed.js'

const schema = z.strictObject({ reason: z.string(), at: z.strictObject({ window: z.int() }).optional() })
const SECRET = 'value-of-a-secret'

function fault(value: unknown) {
  try {
    parsed(schema, value)
  } catch (error) {
    if (error instanceof RefusedError) return error
  }
  throw new Error('it was not refused')
}

describe('what is parsed', () => {
  it('is given as the schema gives it', () => {
    expect(parsed(schema, { reason: 'a drill' })).toEqual({ reason: 'a drill' })
  })

  it.each<[unknown, string]>([
    [{}, 'reason'],
    [{ reason: 7 }, 'reason'],
    [{ reason: 'x', at: { window: SECRET } }, 'at.window'],
    [{ reason: 'x', force: SECRET }, 'force'],
    [{ reason: 'x', at: { window: 1, more: SECRET } }, 'at.more'],
    [[], 'body'],
    [null, 'body'],
    [SECRET, 'body'],
    [{ reason: 'x', [`a name that is none ${SECRET}`]: 1 }, 'body'],
    [{ reason: 'x', ['x'.repeat(24)]: 1 }, 'body'],
    [{ reason: 'x', ['x.'.repeat(33)]: 1 }, 'body'],
  ])('or refused with the first field at fault, and no value of it: %j', (value, field) => {
    const error = fault(value)
    expect([error.status, error.code, error.field]).toEqual([422, 'FIELD_INVALID', field])
    expect(JSON.stringify(error)).not.toContain(SECRET)
    expect(error.remedy).toBeTruthy()
  })
})
