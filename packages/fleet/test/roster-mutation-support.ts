import { seededRandom } from '@montana/foundation'
import type { RosterDocument } from '../src/roster/index.js'

type Random = (below: number) => number

/** A changed copy of a signed roster: bytes, structure, or a field that still has its form. */
export function mutate(text: string, document: RosterDocument, random: Random): Uint8Array {
  const kinds = [flipBit, cut, repeat, dropByte, swapBytes, changeField, changeDigit, dropEntry, duplicateKey, reorder]
  const kind = kinds[random(kinds.length)] ?? flipBit
  return kind(new TextEncoder().encode(text), structuredClone(document), random)
}

export function randomBelow(seed: number): Random {
  const source = seededRandom(seed)
  return (below) => Math.floor(source.next() * below)
}

const encode = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)

function flipBit(bytes: Uint8Array, _: RosterDocument, random: Random): Uint8Array {
  const at = random(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
  return bytes
}

function cut(bytes: Uint8Array, _: RosterDocument, random: Random): Uint8Array {
  return bytes.slice(0, random(bytes.length - 2))
}

function repeat(bytes: Uint8Array, _: RosterDocument, random: Random): Uint8Array {
  const from = random(bytes.length - 1)
  const piece = bytes.slice(from, from + 1 + random(64))
  return Buffer.concat([bytes.slice(0, from), piece, bytes.slice(from)])
}

function dropByte(bytes: Uint8Array, _: RosterDocument, random: Random): Uint8Array {
  const at = random(bytes.length)
  return Buffer.concat([bytes.slice(0, at), bytes.slice(at + 1)])
}

function swapBytes(bytes: Uint8Array, _: RosterDocument, random: Random): Uint8Array {
  const [a, b] = [random(bytes.length), random(bytes.length)]
  const [first = 0, second = 0] = [bytes[a], bytes[b]]
  bytes[a] = second
  bytes[b] = first
  return bytes
}

/** A value of the right form in the wrong place: what an attacker would write. */
function changeField(_: Uint8Array, document: RosterDocument, random: Random): Uint8Array {
  const { entries } = document
  const [one, other] = [entries[random(entries.length)], entries[random(entries.length)]]
  if (!one || !other) return encode({})
  const changes = [
    () => Object.assign(one, { state: one.state === 'active' ? 'revoked' : 'active' }),
    () => Object.assign(one, { wg_pub: Buffer.from(Array.from({ length: 32 }, () => random(128))).toString('base64') }),
    () => Object.assign(one, { endpoint: `198.51.100.${1 + random(254)}:${1 + random(65_535)}` }),
    () => Object.assign(one, { tunnel_ip: `10.67.${random(256)}.${1 + random(254)}/32` }),
    () => Object.assign(one, { valid_to: `2027-0${1 + random(9)}-01T00:00:00.000Z` }),
    () => Object.assign(one, { label: `evil-${random(1_000)}` }),
    () => Object.assign(document, { version: document.version + 1 + random(9) }),
    () => Object.assign(document, { not_after: `2030-0${1 + random(9)}-01T00:00:00.000Z` }),
    () => Object.assign(document, { previous_sha256: 'ab'.repeat(32) }),
    () => Object.assign(document, { network: `other${random(9)}.test` }),
    () => Object.assign(document.signatures[0] ?? {}, { operator: `op${1 + random(9)}` }),
  ]
  changes[random(changes.length)]?.()
  return encode(document)
}

function changeDigit(bytes: Uint8Array, _: RosterDocument, random: Random): Uint8Array {
  const digits = [...bytes.keys()].filter((at) => /[0-9a-zA-Z]/.test(String.fromCharCode(bytes[at] ?? 0)))
  const at = digits[random(digits.length)] ?? 0
  const next = 'abcdefghijklmnopqrstuvwxyz0123456789'.charCodeAt(random(36))
  bytes[at] = next === bytes[at] ? next ^ 1 : next
  return bytes
}

function dropEntry(_: Uint8Array, document: RosterDocument, random: Random): Uint8Array {
  return encode({ ...document, entries: document.entries.toSpliced(random(document.entries.length), 1) })
}

/** Two readers could take it for two documents. */
function duplicateKey(bytes: Uint8Array, _: RosterDocument, random: Random): Uint8Array {
  const text = new TextDecoder().decode(bytes)
  const keys = ['"version": 7,', '"network": "montana.test",', '"entries": [],', '"state": "active",']
  const braces = [...text.matchAll(/\{\n/g)].map(({ index }) => index + 1)
  const at = braces[random(braces.length)] ?? 1
  return new TextEncoder().encode(`${text.slice(0, at)}${keys[random(keys.length)]}${text.slice(at)}`)
}

/** The order of entries is signed. */
function reorder(_: Uint8Array, document: RosterDocument, random: Random): Uint8Array {
  const by = 1 + random(document.entries.length - 1)
  return encode({ ...document, entries: [...document.entries.slice(by), ...document.entries.slice(0, by)] })
}
