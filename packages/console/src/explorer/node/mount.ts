import { isAbort } from '@montana/foundation'
import { addQuery, repeated } from '@montana/http'
import { type NodeSource, ProbeError, probeFault } from '@montana/soak/formats'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ApiError } from '../../errors.js'
import { askNode, type NodeAnswer } from './ask.js'
import { NODE_ROUTES, type NodeRoute } from './routes.js'

/** Answers of one node that a console waits for at once; its pages ask for a few. */
const OPEN_MAX = 16
const LABELS_SHOWN = 8

/** Of a configured node; whether there is one is found out later. */
const label = z.string().min(1).max(256)

/** `/api/nodes/:label/…`: the read routes of each configured node, asked of that node and of no other. */
export function addNodeRoutes(app: FastifyInstance, nodes: readonly NodeSource[], signal: AbortSignal): void {
  // A node that hangs holds its own places, and those of nobody else.
  const places = new Map(nodes.map((source) => [source, new Places()]))
  for (const route of NODE_ROUTES) {
    const { path, id, query, answer, summary } = route
    const params: z.ZodType<Params> = id ? z.strictObject({ label, id }) : z.strictObject({ label })
    addQuery<Params, Given>(app, {
      ...{ url: `/api/nodes/:label/${path}${id ? '/:id' : ''}`, summary, params, query, answer },
      run: async ({ params, query: given }) => {
        const source = nodes.find((node) => node.label === params.label)
        const place = source && places.get(source)
        if (!place) throw unknownNode(params.label, nodes)
        return await place.take(() => passOn(route, source, { params, query: given }, signal))
      },
    })
  }
}

interface Params {
  readonly label: string
  readonly id?: string | undefined
}

type Given = Readonly<Record<string, string | undefined>>

/** How many answers of a node are awaited. */
class Places {
  #open = 0

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open >= OPEN_MAX) {
      throw new ApiError(503, 'BUSY', 'too many answers are awaited', { remedy: 'ask again in a second' })
    }
    this.#open++
    try {
      return await work()
    } finally {
      this.#open--
    }
  }
}

async function passOn(
  route: NodeRoute,
  source: NodeSource,
  { params, query }: { params: Params; query: Given },
  signal: AbortSignal,
): Promise<unknown> {
  return checked(route, source.label, await ask(source, pathOf(route, params.id, query), signal))
}

function pathOf({ path }: NodeRoute, id: string | undefined, query: Readonly<Record<string, string | undefined>>) {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`
  return `/api/${path}${id === undefined ? '' : `/${id}`}${search}`
}

async function ask(source: NodeSource, path: string, signal: AbortSignal): Promise<NodeAnswer> {
  try {
    return await askNode(source, path, signal)
  } catch (error) {
    if (isAbort(error) && signal.aborted) throw error
    const { code, text } = probeFault(error)
    const status = error instanceof ProbeError && code !== 'ANSWER_TOO_LARGE' ? 503 : 502
    const remedy = 'see the Mesh tab, or ask another node'
    throw new ApiError(status, 'NODE_UNREACHABLE', `${source.label} does not answer: ${text} (${code})`, { remedy })
  }
}

const refusalSchema = z.object({
  error: z.object({ code: z.string(), message: z.string().max(256), remedy: z.string().max(512).optional() }),
})

const KNOWN = { 400: 'USAGE', 404: 'NOT_FOUND', 503: 'BUSY' } as const

/** The answer, or the refusal of the node in the words of the node. Throws {@link ApiError}. */
function checked({ answer: schema }: NodeRoute, label: string, { status, body }: NodeAnswer): unknown {
  const answer = status === 200 ? schema.safeParse(body) : undefined
  if (answer?.success) return answer.data
  const refusal = refusalSchema.safeParse(body).data?.error
  const code = status in KNOWN ? KNOWN[status as keyof typeof KNOWN] : undefined
  if (refusal && code) throw new ApiError(status, code, refusal.message, { remedy: refusal.remedy ?? 'ask again' })
  const remedy = 'look into its log; perhaps it runs another release'
  throw new ApiError(502, 'NODE_ANSWER', `${label} does not answer as a node of this release does`, { remedy })
}

function unknownNode(label: string, nodes: readonly NodeSource[]): ApiError {
  const known = nodes.map((node) => node.label)
  const more = known.length > LABELS_SHOWN ? ', …' : ''
  const remedy = known.length === 0 ? 'configure nodes' : `use ${known.slice(0, LABELS_SHOWN).join(', ')}${more}`
  return new ApiError(404, 'NOT_FOUND', `no node is called '${repeated(label)}'`, { remedy, field: 'label' })
}
