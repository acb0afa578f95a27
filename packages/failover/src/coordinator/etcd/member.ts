import type { z } from 'zod'
import { FailoverError } from '../../errors.js'
import { GatewayEndpoint, type PostInit } from './http.js'
import { type Credentials, TokenSource } from './token.js'
import {
  authenticateAnswer,
  base64,
  failureAnswer,
  grantAnswer,
  type KeyValue,
  keepAliveAnswer,
  prefixEnd,
  rangeAnswer,
  revokeAnswer,
  statusAnswer,
  txnAnswer,
  watchAnswer,
} from './wire.js'

/** Codes of gRPC that we tell apart. */
const GRPC = { invalidArgument: 3, deadlineExceeded: 4, notFound: 5, unavailable: 14, unauthenticated: 16 } as const
/** The member cannot answer now: no leader, overloaded, stopping. */
const TRANSIENT: ReadonlySet<number> = new Set([1, GRPC.deadlineExceeded, 8, 10, GRPC.unavailable])

export interface Grant {
  readonly ttlMs: number
}

/** `ttlMs` null: the lease has ended. `term` is that of the member *before* it passed the renewal on. */
export interface KeepAlive {
  readonly ttlMs: number | null
  readonly term: bigint
}

/** `term` is that of the member when it answered, after the leader of that term proved to have a quorum. */
export interface Range {
  readonly revision: bigint
  readonly term: bigint
  readonly kvs: readonly KeyValue[]
}

export interface TxnResult extends Range {
  readonly isDone: boolean
}

/** A condition of a transaction, as the gateway wants it: keys in base64, numbers as decimal strings. */
export type TxnCompare = { readonly key: string; readonly result: 'EQUAL' } & (
  | { readonly target: 'CREATE'; readonly create_revision: string }
  | { readonly target: 'MOD'; readonly mod_revision: string }
  | { readonly target: 'LEASE'; readonly lease: string }
)

export type TxnOperation =
  | { readonly request_put: { readonly key: string; readonly value: string; readonly lease: string } }
  | { readonly request_range: { readonly key: string; readonly range_end: string } }

/** Body of `kv/txn`, from `requests.ts`. */
export interface Txn {
  readonly compare: readonly TxnCompare[]
  readonly success: readonly TxnOperation[]
  readonly failure: readonly TxnOperation[]
}

export interface MemberStatus {
  readonly version: string
  readonly hasLeader: boolean
}

export type WatchMessage =
  | { readonly kind: 'changed'; readonly revision: bigint }
  /** What happened up to this revision is no longer kept: read, and watch from there. */
  | { readonly kind: 'compacted'; readonly revision: bigint }
  | { readonly kind: 'created'; readonly revision: bigint }

/**
 * The calls of the v3 gateway that a lease needs, at one member. Each throws FailoverError (ETCD_UNREACHABLE,
 * ETCD_REFUSED, ETCD_ANSWER_INVALID) or what aborted the signal.
 */
export class EtcdMember {
  readonly url: string
  readonly #endpoint: GatewayEndpoint
  readonly #closing = new AbortController()
  readonly #tokens: TokenSource | undefined

  constructor(url: string, ca: string | undefined, credentials: Credentials | undefined) {
    this.url = url
    this.#endpoint = new GatewayEndpoint(url, ca)
    const authenticate = (name: string, password: string, signal: AbortSignal) =>
      this.#post('auth/authenticate', { name, password }, authenticateAnswer, { signal }).then(({ token }) => token)
    this.#tokens = credentials && new TokenSource(credentials, authenticate, this.#closing.signal)
  }

  /** The caller chooses the id: a repetition at another member cannot make a second lease. */
  async grant(id: bigint, ttlSeconds: number, signal: AbortSignal): Promise<Grant> {
    const answer = await this.#call('lease/grant', { ID: String(id), TTL: ttlSeconds }, grantAnswer, signal)
    return { ttlMs: Number(answer.TTL) * 1000 }
  }

  async keepAlive(id: bigint, signal: AbortSignal): Promise<KeepAlive> {
    const { result } = await this.#call('lease/keepalive', { ID: String(id) }, keepAliveAnswer, signal)
    const ttl = result.TTL ?? 0n
    return { ttlMs: ttl > 0n ? Number(ttl) * 1000 : null, term: result.header.raft_term }
  }

  /** Also when there is none of that id. */
  async revoke(id: bigint, signal: AbortSignal): Promise<void> {
    try {
      await this.#call('lease/revoke', { ID: String(id) }, revokeAnswer, signal)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  /** All keys that begin with `prefix`, linearizable. */
  async range(prefix: string, signal: AbortSignal): Promise<Range> {
    const body = { key: base64(prefix), range_end: prefixEnd(prefix) }
    const { header, kvs } = await this.#call('kv/range', body, rangeAnswer, signal)
    return { revision: header.revision, term: header.raft_term, kvs }
  }

  async txn(body: Txn, signal: AbortSignal): Promise<TxnResult> {
    const { header, succeeded, responses } = await this.#call('kv/txn', body, txnAnswer, signal)
    const kvs = responses.flatMap(({ response_range }) => response_range?.kvs ?? [])
    return { revision: header.revision, term: header.raft_term, isDone: succeeded, kvs }
  }

  async status(signal: AbortSignal): Promise<MemberStatus> {
    const { version, leader } = await this.#call('maintenance/status', {}, statusAnswer, signal)
    return { version, hasLeader: leader !== 0n }
  }

  /** Changes below `prefix` from `revision` on; ends when the member ends it. */
  async *watch(prefix: string, revision: bigint, signal: AbortSignal): AsyncGenerator<WatchMessage> {
    const range = { key: base64(prefix), range_end: prefixEnd(prefix) }
    const body = { create_request: { ...range, start_revision: String(revision) } }
    const token = await this.#tokens?.get()
    for await (const line of this.#endpoint.lines('/v3/watch', body, { signal, token })) {
      const { result } = parsed(line, watchAnswer, this.url)
      const message = watchMessage(result)
      if (message) yield message
      if (result.canceled) return
    }
  }

  close(): void {
    this.#closing.abort()
    this.#endpoint.close()
  }

  async #call<S extends z.ZodType>(path: string, body: unknown, schema: S, signal: AbortSignal): Promise<z.output<S>> {
    const token = await this.#tokens?.get()
    try {
      return await this.#post(path, body, schema, { signal, token })
    } catch (error) {
      if (!this.#tokens || token === undefined || !isTokenStale(error)) throw error
      return await this.#post(path, body, schema, { signal, token: await this.#tokens.get(token) })
    }
  }

  async #post<S extends z.ZodType>(path: string, body: unknown, schema: S, init: PostInit): Promise<z.output<S>> {
    const { text } = await this.#endpoint.post(`/v3/${path}`, body, init)
    return parsed(text, schema, this.url)
  }
}

/** A lease that has ended, or was never granted. */
export function isNotFound(error: unknown): boolean {
  return grpcCodeOf(error) === GRPC.notFound
}

/** The text tells it apart from other mistakes of a caller: etcd has one code for all of them. */
function isTokenStale(error: unknown): boolean {
  const code = grpcCodeOf(error)
  if (code === GRPC.unauthenticated) return true
  return code === GRPC.invalidArgument && /auth store is old/.test((error as Error).message)
}

function grpcCodeOf(error: unknown): number | undefined {
  if (!(error instanceof FailoverError)) return undefined
  const { grpcCode } = error.metadata
  return typeof grpcCode === 'number' ? grpcCode : undefined
}

type WatchResult = z.output<typeof watchAnswer>['result']

function watchMessage({ header, created, canceled, compact_revision, events }: WatchResult): WatchMessage | undefined {
  if (canceled && compact_revision > 0n) return { kind: 'compacted', revision: compact_revision }
  if (created) return { kind: 'created', revision: header.revision }
  if (events.length === 0) return undefined
  return { kind: 'changed', revision: header.revision }
}

function parsed<S extends z.ZodType>(text: string, schema: S, url: string): z.output<S> {
  const json = jsonOf(text)
  const answer = schema.safeParse(json)
  if (answer.success) return answer.data
  const failure = failureAnswer.safeParse(json)
  if (failure.success) throw refusalOf(failure.data, url)
  throw new FailoverError('ETCD_ANSWER_INVALID', `${url}: not an answer of the v3 gateway`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refusalOf({ message, code }: { message: string; code: number }, url: string): FailoverError {
  const kind = TRANSIENT.has(code) ? 'ETCD_UNREACHABLE' : 'ETCD_REFUSED'
  return new FailoverError(kind, `${url}: ${message}`, { metadata: { grpcCode: code } })
}
