import { readFileSync } from 'node:fs'
import { fromHex } from '@montana/foundation'

interface Case {
  readonly name: string
  readonly area: string
  readonly input: Record<string, never>
  readonly expected: never
}

/** Cases of the published vectors of one area: spec protocol appendix F. */
export function knownAnswers(area: string, prefix = ''): Case[] {
  const url = new URL('./fixtures/known-answers.json', import.meta.url)
  const cases = (JSON.parse(readFileSync(url, 'utf8')) as Case[]).filter(
    (entry) => entry.area === area && entry.name.startsWith(prefix),
  )
  if (cases.length === 0) throw new Error(`no known answer ${area}/${prefix}`)
  return cases
}

export function hex(text: string): Uint8Array {
  const bytes = fromHex(text)
  if (bytes === undefined) throw new Error(`not hex: ${text}`)
  return bytes
}

export const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte)
