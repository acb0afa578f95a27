import type { FastifyInstance, RouteOptions } from 'fastify'
import { z } from 'zod'
import { errorSchema } from './errors.js'
import type { RouteDoc } from './route-doc.js'

export interface ApiInfo {
  readonly title: string
  readonly version: string
  readonly description: string
  /** Where the bearer token of the mutations comes from. */
  readonly token: string
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
  document({ token: description, ...info }: ApiInfo): Json {
    const paths: Record<string, Json> = {}
    for (const { method, url, doc } of this.#routes) {
      const path = url.replace(/:(\w+)/g, '{$1}')
      paths[path] = { ...paths[path], [method.toLowerCase()]: operation(method, doc) }
    }
    const token = { type: 'http', scheme: 'bearer', description }
    return { openapi: '3.1.0', info, paths, components: { securitySchemes: { token } } }
  }

  #add({ method, url, config }: RouteOptions): void {
    if (!url.startsWith('/api/')) return
    const doc = config?.doc
    // Methods that a mutation refuses by name are none that it has.
    if (doc === undefined && config?.isMutation) return
    for (const one of [method].flat()) if (LISTED.has(one)) this.#routes.push({ method: one, url, doc })
  }
}

/** A route that says nothing of itself is listed without words, and a test fails. */
function operation(method: string, doc: RouteDoc | undefined): Json {
  const { summary = '', params, query, headers, body } = doc ?? {}
  return {
    summary,
    parameters: [...parameters('path', params), ...parameters('query', query), ...parameters('header', headers)],
    ...(body && { requestBody: { required: true, content: jsonContent(body, 'input') } }),
    ...(method !== 'GET' && { security: [{ token: [] }] }),
    responses: { ...answers(doc), '4XX': REFUSED, '5XX': REFUSED },
  }
}

function answers({ answer, accepted, media }: Partial<RouteDoc> = {}): Json {
  const text = media !== undefined && { [media]: { schema: { type: 'string' } } }
  const content = text || (answer && jsonContent(answer))
  return {
    ...((content || !accepted) && { 200: { description: 'done', ...(content && { content }) } }),
    ...(accepted && { 202: { description: 'begun', content: jsonContent(accepted) } }),
  }
}

function parameters(where: 'path' | 'query' | 'header', schema: z.ZodType | undefined): Json[] {
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
