import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { ensureOpenApi } from '../../../../test/setup/openapi.mjs'
import type { Exchange } from '../../src/index.js'

type Json = { readonly [key: string]: Json | undefined } & { readonly $ref?: string }

const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const ID = 'github'
/** The description leaves most refusals out; their body is the same everywhere. */
const COMMON_REFUSALS = new Set([301, 307, 400, 401, 403, 404, 409, 422, 429])
const BASIC_ERROR = ['components', 'schemas', 'basic-error']

let loaded: ApiDescription | undefined
let announced = false

/** Undefined, with a word on stderr, where the description cannot be had. */
export function apiDescription(): ApiDescription | undefined {
  if (loaded !== undefined || announced) return loaded
  const { path, reason } = ensureOpenApi(ROOT)
  if (path === undefined) {
    announced = true
    process.stderr.write(`github-stand: answers are NOT held against GitHub's description: ${reason}\n`)
    return undefined
  }
  loaded = new ApiDescription(JSON.parse(readFileSync(path, 'utf8')))
  return loaded
}

/** GitHub's OpenAPI description as a judge of exchanges. */
export class ApiDescription {
  readonly #document: Json
  readonly #ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, logger: false })
  readonly #compiled = new Map<string, ValidateFunction>()

  constructor(document: Json) {
    this.#document = withoutNullable(pruned(document)) as Json
    this.#ajv.addSchema({ ...this.#document }, ID)
  }

  /** What is wrong with an exchange; empty when nothing is. */
  problems(exchange: Exchange): string[] {
    const { method, template, status } = exchange
    const operation = this.#at(['paths', template, method.toLowerCase()])
    const name = `${method} ${template} ${status}`
    if (operation === undefined) return [`${name}: not described`]
    const request = status < 300 ? this.#requestProblems(exchange) : []
    return [...request, ...this.#answerProblems(exchange)].map((problem) => `${name}: ${problem}`)
  }

  #requestProblems({ method, template, requestBody }: Exchange): string[] {
    const path = ['paths', template, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema']
    if (requestBody === undefined || this.#at(path) === undefined) return []
    return this.#errors(path, requestBody).map((error) => `request ${error}`)
  }

  #answerProblems({ method, template, status, responseBody, contentType }: Exchange): string[] {
    const path = ['paths', template, method.toLowerCase(), 'responses', String(status)]
    const answer = this.#at(path)
    if (answer === undefined) {
      return COMMON_REFUSALS.has(status) ? this.#errors(BASIC_ERROR, responseBody) : ['status is not described']
    }
    const place = answer.$ref === undefined ? path : answer.$ref.split('/').slice(1)
    const content = this.#at([...place, 'content'])
    if (content === undefined) return responseBody ? ['has a body'] : []
    if (!contentType?.includes('application/json')) return []
    return this.#errors([...place, 'content', 'application/json', 'schema'], responseBody)
  }

  #at(path: readonly string[]): Json | undefined {
    return path.reduce<Json | undefined>((node, key) => node?.[key], this.#document)
  }

  #errors(path: readonly string[], value: unknown): string[] {
    const $ref = `${ID}#/${path.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`
    const validate = this.#compiled.get($ref) ?? this.#ajv.compile({ $ref })
    this.#compiled.set($ref, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'body'} ${message}`)
  }
}

/** Paths that the stand may answer, and what they refer to: a twentieth of the whole. */
const WANTED =
  /^\/(?:repos\/\{owner\}\/\{repo\}(?:$|\/(?:actions|contents|commits|git\/ref|installation))|user$|rate_limit|app\/)/

function pruned(document: Json): Json {
  const paths = Object.fromEntries(Object.entries(document.paths ?? {}).filter(([path]) => WANTED.test(path)))
  const components: Record<string, Record<string, unknown>> = {}
  const pending: unknown[] = [paths]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (typeof node !== 'object' || node === null) continue
    const { $ref } = node as { $ref?: unknown }
    pending.push(...Object.values(node).filter((value) => typeof value === 'object'))
    if (typeof $ref !== 'string') continue
    const [kind = '', name = ''] = $ref.split('/').slice(2)
    const group = components[kind] ?? {}
    components[kind] = group
    if (name in group) continue
    group[name] = document.components?.[kind]?.[name]
    pending.push(group[name])
  }
  return { paths, components } as unknown as Json
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says another type. */
function withoutNullable(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutNullable)
  if (typeof node !== 'object' || node === null) return node
  const { nullable, ...rest } = node as Record<string, unknown>
  const plain = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withoutNullable(value)]))
  // A property may itself be called so.
  if (nullable !== true) return nullable === undefined ? plain : { ...plain, nullable: withoutNullable(nullable) }
  return { anyOf: [plain, { type: 'null' }] }
}
