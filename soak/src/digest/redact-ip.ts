import { isIPv6 } from 'node:net'

const MARK = '<ip>'
/** Four numbers or more: what looks like a version of four parts is redacted too. */
const V4 = /\d{1,3}(?:\.\d{1,3}){3,}|(?<!\d)\d{1,3}(?:-\d{1,3}){3}(?=\.)/g
/** Something that can be an IPv6 address at all: most lines end here. */
const HAS_V6 = /::|(?:[0-9a-f]{1,4}:){7}/i
const V6_PIECE = /[0-9a-f:.]{2,}/gi
/** The longest address has 45 characters (with an IPv4 tail); what is longer is searched no further. */
const V6_PIECE_MAX = 64
const WORD = /[\p{L}\p{N}_]/u

/** Replaces IPv4 and IPv6 addresses, those within names of hosts included. Pure. */
export function redactAddresses(text: string): string {
  const withoutV6 = HAS_V6.test(text) ? text.replaceAll(V6_PIECE, redactPiece) : text
  return withoutV6.replaceAll(V4, MARK)
}

function redactPiece(piece: string, offset: number, text: string): string {
  if (!HAS_V6.test(piece)) return piece
  if (piece.length > V6_PIECE_MAX) return MARK
  // The name before or behind a `::`, as in `std::vector`, is no part of an address.
  const isAfterWord = WORD.test(text[offset - 1] ?? '')
  const isBeforeWord = WORD.test(text[offset + piece.length] ?? '')
  for (const start of startsOf(piece, isAfterWord)) {
    const end = endsOf(piece, isBeforeWord).find((at) => at > start && isIPv6(piece.slice(start, at)))
    if (end !== undefined) return `${piece.slice(0, start)}${MARK}${piece.slice(end)}`
  }
  return piece
}

function startsOf(piece: string, isAfterWord: boolean): number[] {
  const inner = Array.from(piece.matchAll(/:(?!:)/g), ({ index }) => index + 1)
  return isAfterWord ? inner : [0, ...inner]
}

/** From the longest to the shortest. */
function endsOf(piece: string, isBeforeWord: boolean): number[] {
  const inner = Array.from(piece.matchAll(/[:.]/g), ({ index }) => index).reverse()
  return isBeforeWord ? inner : [piece.length, ...inner]
}
