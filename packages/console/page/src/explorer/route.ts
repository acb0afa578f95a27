import { accountIdIn } from './address.js'
import { canVerify } from './proof.js'

/** What of the explorer is shown; each place has an address of its own after the `#`. */
export type Route =
  | { readonly kind: 'overview' }
  | { readonly kind: 'window'; readonly window: number }
  | { readonly kind: 'account' | 'node' | 'find'; readonly id: string }

const PREFIX = '#explorer'
const ADDRESS = /^mt[1-9A-HJ-NP-Za-km-z]{36,50}$/
const WINDOW = /^\d{1,15}$/
/** An id or a hash. */
const HEX = /^[0-9a-f]{64}$/

export function parseRoute(hash: string): Route {
  const [head, kind, id = '', ...rest] = hash.toLowerCase().split('/')
  if (head !== PREFIX || rest.length > 0) return { kind: 'overview' }
  if (kind === 'window' && WINDOW.test(id)) return { kind, window: Number(id) }
  const isKnown = kind === 'account' || kind === 'node' || kind === 'find'
  return isKnown && HEX.test(id) ? { kind, id } : { kind: 'overview' }
}

export function hrefOf(route: Route): string {
  if (route.kind === 'overview') return PREFIX
  return `${PREFIX}/${route.kind}/${route.kind === 'window' ? route.window : route.id}`
}

export const windowHref = (window: number) => hrefOf({ kind: 'window', window })
export const nodeHref = (id: string) => hrefOf({ kind: 'node', id })
export const accountHref = (id: string) => hrefOf({ kind: 'account', id })

/** Labels, with the node ids that they stand for. */
export type Names = ReadonlyMap<string, string>

/** Where a search leads: to a node by its label, a window by its number, an account by its address, or to what has a hash. */
export async function searchRoute(text: string, names: Names): Promise<Route | null> {
  const word = text.trim()
  const named = names.get(word.toLowerCase())
  if (named !== undefined) return { kind: 'node', id: named }
  if (ADDRESS.test(word)) return await addressRoute(word)
  const plain = word.toLowerCase().replaceAll(/[\s,\u2009]/g, '')
  if (WINDOW.test(plain)) return { kind: 'window', window: Number(plain) }
  const hex = plain.replace(/^0x/, '')
  return HEX.test(hex) ? { kind: 'find', id: hex } : null
}

/** Null where its checksum is wrong, or where the browser cannot tell. */
async function addressRoute(address: string): Promise<Route | null> {
  const id = canVerify() ? await accountIdIn(address) : undefined
  return id === undefined ? null : { kind: 'account', id }
}
