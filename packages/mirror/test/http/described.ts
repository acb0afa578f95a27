import { errorSchema, type RouteDoc } from '@montana/http'
import { z } from 'zod'
import type { HttpWorld } from './world.js'

export interface Answered {
  readonly status: number
  readonly json: unknown
}

/** Fails for an answer that is not what its route says of itself, field by field, and for a refusal in another form. */
export function requireAsDescribed(world: HttpWorld, method: string, path: string, { status, json }: Answered): void {
  if (method === 'HEAD') return
  // Only what changes nothing of the mirrors stands beside them: the console answers for it.
  if (status < 400 && !path.startsWith('/api/mirrors')) return
  const schema = status >= 400 ? errorSchema : schemaOf(routeOf(world, method, path), status)
  const { error } = schema?.safeParse(json) ?? {}
  if (error) throw new Error(`${method} ${path}, status ${status}: ${z.prettifyError(error)}`)
}

function schemaOf(doc: RouteDoc | undefined, status: number): z.ZodType | undefined {
  const schema = status === 202 ? doc?.accepted : doc?.answer
  if (schema === undefined && doc?.media === undefined) throw new Error(`status ${status} is not described`)
  return schema
}

/** As the router does: a path that is written out goes before one with names in it. */
function routeOf({ registered }: HttpWorld, method: string, path: string): RouteDoc | undefined {
  const [plain = ''] = path.split('?')
  const fits = registered.filter((route) => route.method === method && patternOf(route.url).test(plain))
  return (fits.find(({ url }) => !url.includes(':')) ?? fits.find(({ url }) => url.includes('/jobs/')) ?? fits[0])?.doc
}

function patternOf(url: string): RegExp {
  return new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}$`)
}
