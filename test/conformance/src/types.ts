import type { Backends } from './backends.js'
import type { Fields } from './fields.js'
import type { Matching } from './matching.js'

/** What a case ran on: two implementations of post-quantum cryptography, two of hashing in bulk. */
export type Backend = 'node' | 'noble' | 'native' | 'typescript'
export const BACKENDS: readonly Backend[] = ['node', 'noble', 'native', 'typescript']

/** One entry of a vector file, as written. */
export interface VectorCase {
  readonly name: string
  readonly area: string
  readonly input: unknown
  readonly expected: unknown
}

/** What a computation may return: compared with the expectation member by member, bytes as hex, integers by value. */
export type Value = Uint8Array | bigint | number | string | boolean | null | Matching | readonly Value[] | Values
export interface Values {
  readonly [member: string]: Value
}

export interface RunContext {
  readonly backend: Backend
  /** Only for the kinds whose input does not say what is asked. */
  readonly name: string
  readonly backends: Backends
  /** Peers whose keys stand in full somewhere in the files of this run, by the hex SHA-256 of the node key. */
  readonly knownPeers: ReadonlyMap<string, PeerKeys>
}

export interface PeerKeys {
  readonly node: Uint8Array
  readonly account: Uint8Array | undefined
}

/** One question that an area asks, recognised by the shape of its input. */
export interface Kind {
  readonly title: string
  matches(input: Fields, name: string): boolean
  readonly backends: readonly Backend[]
  run(input: Fields, context: RunContext): Value | Promise<Value>
  /** Why this backend cannot run the case. */
  readonly cannotRun?: (input: Fields, backend: Backend) => string | undefined
  /** Expected members that this backend cannot compute, and why. The others are compared. */
  readonly partial?: (context: RunContext, input: Fields) => Partial | undefined
}

export interface Partial {
  readonly members: readonly string[]
  readonly reason: string
}

export interface Area {
  readonly name: string
  /** Why questions without a rule are skipped here; elsewhere they are failures. */
  readonly skipUnknown?: string
  readonly kinds: readonly Kind[]
}

export type Outcome =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly expected: string; readonly actual: string }
  | { readonly status: 'skipped'; readonly group: string; readonly reason: string }

/** One case on one backend. */
export interface Result {
  readonly file: string
  readonly backend: Backend
  /** The area, or the type of a Wycheproof group. */
  readonly group: string
  readonly name: string
  readonly outcome: Outcome
  /** Something that was left out of a comparison that otherwise ran. */
  readonly remark?: { readonly group: string; readonly reason: string }
}
