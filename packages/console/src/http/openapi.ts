import type { FastifyInstance, RouteOptions } from 'fastify'
import { z } from 'zod'
import { errorSchema } from '../api/schema/error.js'

/** What a route says of itself. */
export interface RouteDoc {
  readonly summary: string
  readonly params?: z.ZodType | undefined
  readonly query?: z.ZodType | undefined
  readonly body?: z.ZodType | undefined
  /** Of status 200; without one it is a stream, a file, or described elsewhere. */
  readonly answer?: z.ZodType | undefined
}

interface Route {
  readonly method: string
  readonly url: string
  readonly doc: RouteDoc | undefined
}

type Json = Record<string, unknown>

const LISTED = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
const REFUSED = { description: 'refused', content: jsonContent(errorSchema) }

/** Every route below `/api/` that is added from now on, and what it says of itself. */
export class RouteList {
  readonly #routes: Route[] = []

  constructor(app: FastifyInstance) {
    app.addHook('onRoute', (route) => this.#add(route))
  }

  /** OpenAPI 3.1. */
  document(): Json {
    const paths: Record<string, Json> = {}
    for (const { method, url, doc } of this.#routes) {
      const path = url.replace(/:(\w+)/g, '{$1}')
      paths[path] = { ...paths[path], [method.toLowerCase()]: operation(method, doc) }
    }
    return { openapi: '3.1.0', info: INFO, paths, components: { securitySchemes: { token: TOKEN } } }
  }

  #add({ method, url, config }: RouteOptions): void {
    if (!url.startsWith('/api/')) return
    const doc = config?.doc
    // Methods that a mutation refuses by name are none that it has.
    if (doc === undefined && config?.isMutation) return
    for (const one of [method].flat()) if (LISTED.has(one)) this.#routes.push({ method: one, url, doc })
  }
}

const INFO = { title: 'Montana console', version: '1', description: 'Labels only, never an address. Times are UTC.' }
const TOKEN = { type: 'http', scheme: 'bearer', description: 'from the token file that the console named at its start' }

function operation(method: string, doc: RouteDoc | undefined): Json {
  const { summary = 'described with the repository mirror', params, query, body, answer } = doc ?? {}
  return {
    summary,
    parameters: [...parameters('path', params), ...parameters('query', query)],
    ...(body && { requestBody: { required: true, content: jsonContent(body, 'input') } }),
    ...(method !== 'GET' && { security: [{ token: [] }] }),
    responses: {
      200: { description: 'done', ...(answer && { content: jsonContent(answer) }) },
      '4XX': REFUSED,
      '5XX': REFUSED,
    },
  }
}

function parameters(where: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!schema) return []
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    ...{ name, in: where, required: where === 'path' || required.includes(name) },
    ...(description !== undefined && { description }),
    schema: rest,
  }))
}

function jsonContent(schema: z.ZodType, io: 'input' | 'output' = 'output'): Json {
  return { 'application/json': { schema: jsonSchema(schema, io) } }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
