import { UsageError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { parseJoin, parseLiar, parseSync } from '../src/commands/devnet/join.js'

const LATE = { label: 'late', afterWindows: 30 }

function refusal(act: () => unknown): { field: unknown; text: string } {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    const { message, field, remedy } = error as UsageError
    return { field, text: `${message}; ${remedy}` }
  }
  throw new Error('nothing was refused')
}

describe('a node that joins a devnet', () => {
  it('is any label that is not taken, at any window before the end', () => {
    expect(parseJoin('late@30', 45)).toEqual(LATE)
    expect(parseJoin('late@30', undefined)).toEqual(LATE)
    expect(parseJoin('node-5@1', 2)).toEqual({ label: 'node-5', afterWindows: 1 })
  })

  it.each([
    ['late', 45, 'use LABEL@W'],
    ['late@', 45, 'use LABEL@W'],
    ['late@0', 45, 'use LABEL@W'],
    ['late@-3', 45, 'use LABEL@W'],
    ['late@3.5', 45, 'use LABEL@W'],
    ['../late@3', 45, 'use LABEL@W'],
    ['@3', 45, 'use LABEL@W'],
    [`${'a'.repeat(33)}@3`, 45, 'use LABEL@W'],
    ['helsinki@3', 45, 'there is a node helsinki already; take a label other than moscow'],
    ['late@45', 45, 'the run ends at window 45; name a window below 45'],
    ['late@46', 45, 'the run ends at window 45'],
  ])('%s of %d windows is refused', (text, windows, words) => {
    const { field, text: said } = refusal(() => parseJoin(text, windows))
    expect(field).toBe('join')
    expect(said).toContain(words)
  })

  it('catches up as it is told, and only it', () => {
    expect(parseSync('range', LATE)).toBe('range')
    expect(parseSync(undefined, undefined)).toBeUndefined()
    expect(refusal(() => parseSync('torrent', LATE)).text).toContain('use one of auto, range, snapshot')
    expect(refusal(() => parseSync('range', undefined)).text).toContain('add --join late@W')
  })

  it('may meet a liar: one of the nodes that are there', () => {
    expect(['moscow', 'frankfurt', 'helsinki', 'armenia'].map(parseLiar)).toHaveLength(4)
    const { field, text } = refusal(() => parseLiar('late'))
    expect(field).toBe('liar')
    expect(text).toContain('name one of moscow, frankfurt, helsinki, armenia')
  })
})
