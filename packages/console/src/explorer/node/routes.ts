import { z } from 'zod'
import * as schemas from './schemas.js'

/** A read route of a node, as the console passes it on: spec operations 13.2. */
export interface NodeRoute {
  /** Below `/api/nodes/:label/`, and `/api/` of the node itself. */
  readonly path: string
  /** What stands for the last part of the path, where it names something. */
  readonly id?: z.ZodType<string>
  readonly query: z.ZodType<Readonly<Record<string, string | undefined>>>
  readonly answer: z.ZodType<unknown>
  readonly summary: string
}

const LIMIT_MAX = 200
const cursor = z.string().regex(/^[\w-]{1,128}$/)
/** As text, for it is passed on; 1 … 200. */
const limit = z
  .string()
  .regex(/^\d{1,3}$/)
  .refine((text) => Number(text) >= 1 && Number(text) <= LIMIT_MAX)

const none = z.strictObject({})
const page = z.strictObject({ limit: limit.optional(), cursor: cursor.optional() })
const rest = z.strictObject({ cursor: cursor.optional() })

const window = z.string().regex(/^\d{1,15}$/)
const hex32 = z.string().regex(/^[0-9a-fA-F]{64}$/)
/** An account_id, or `mt` and base58: spec protocol 2. */
const account = z.string().regex(/^(?:[0-9a-fA-F]{64}|mt[1-9A-HJ-NP-Za-km-z]{1,60})$/)

export const NODE_ROUTES: readonly NodeRoute[] = [
  { path: 'status', query: none, answer: schemas.chainStatusSchema, summary: 'where the chain of this node stands' },
  { path: 'nodes', query: page, answer: schemas.nodesSchema, summary: 'nodes of the ledger, ascending by id' },
  { path: 'node', id: hex32, query: none, answer: schemas.nodeSchema, summary: 'one node of the ledger' },
  { path: 'peers', query: none, answer: schemas.peersSchema, summary: 'peers as this node sees them' },
  { path: 'genesis', query: none, answer: schemas.genesisSchema, summary: 'what is fixed about the network' },
  { path: 'proposals', query: page, answer: schemas.proposalsSchema, summary: 'cemented windows, newest first' },
  { path: 'proposal', id: window, query: none, answer: schemas.proposalSchema, summary: 'the header of a window' },
  {
    path: 'window',
    id: window,
    query: none,
    answer: schemas.windowSchema,
    summary: 'a window, who confirmed, weights',
  },
  { path: 'winners', query: page, answer: schemas.winnersSchema, summary: 'who won the draws, newest first' },
  { path: 'consensus', query: none, answer: schemas.consensusSchema, summary: 'who decides the current window' },
  { path: 'account', id: account, query: none, answer: schemas.accountSchema, summary: 'an account and its proof' },
  { path: 'find', id: account, query: rest, answer: schemas.findSchema, summary: 'what has this hash, id or address' },
]
