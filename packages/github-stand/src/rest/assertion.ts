import { verify } from 'node:crypto'
import { z } from 'zod'
import { ASSERTION_MAX_MS, ASSERTION_SKEW_MS } from '../constants.js'
import { HttpFailure } from '../errors.js'
import type { App, Apps } from '../state/apps.js'

const headerSchema = z.object({ alg: z.literal('RS256') })
const claimsSchema = z.object({ iss: z.union([z.string(), z.number()]), iat: z.number(), exp: z.number() })
type Claims = z.infer<typeof claimsSchema>

/** The App that made a JWT; throws 401 in GitHub's words. */
export function appOfAssertion(assertion: string | undefined, apps: Apps, nowMs: number): App {
  const [header = '', payload = '', signature = ''] = assertion?.split('.') ?? []
  const claims = claimsSchema.safeParse(decode(payload)).data
  if (claims === undefined || !headerSchema.safeParse(decode(header)).success) throw undecodable()
  const app = apps.app(Number(claims.iss))
  if (app === undefined) throw new HttpFailure(404, 'Integration not found')
  const isSigned = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${payload}`),
    app.key,
    Buffer.from(signature, 'base64url'),
  )
  if (!isSigned) throw undecodable()
  checkTimes(claims, nowMs)
  return app
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function undecodable(): HttpFailure {
  return new HttpFailure(401, 'A JSON web token could not be decoded')
}

function checkTimes({ iat, exp }: Claims, nowMs: number): void {
  if (exp * 1000 <= nowMs) {
    throw new HttpFailure(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    )
  }
  if (exp * 1000 > nowMs + ASSERTION_MAX_MS) {
    throw new HttpFailure(401, "'Expiration time' claim ('exp') is too far in the future")
  }
  if (iat * 1000 > nowMs + ASSERTION_SKEW_MS) {
    throw new HttpFailure(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    )
  }
}
