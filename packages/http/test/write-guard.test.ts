import { timingSafeEqual } from 'node:crypto'
import { ConfigError } from '@montana/foundation'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createWriteGuard, type WriteGuard } from '../src/write-guard.js'

// The real function runs; it is only watched.
vi.mock('node:crypto', { spy: true })

const TOKEN = 'a-token-of-the-console-that-is-long'
type Reply = Parameters<WriteGuard>[1]
const reply: Reply = { header: () => reply as ReturnType<Reply['header']> }
const asking = (authorization: string) => ({
  ...{ method: 'POST', headers: { authorization, 'content-type': 'application/json' } },
})

beforeEach(() => {
  vi.mocked(timingSafeEqual).mockClear()
})

describe('the token of the mutations', () => {
  it.each(['x', TOKEN.slice(0, -1), `${TOKEN}x`, 'y'.repeat(99), TOKEN.toUpperCase()])(
    'is compared in the same time whatever is given: %s',
    (given) => {
      expect(() => createWriteGuard(TOKEN)(asking(`Bearer ${given}`), reply)).toThrow('missing or wrong')
      const calls = vi.mocked(timingSafeEqual).mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])
      expect(calls).toEqual([[32, 32]])
    },
  )

  it('lets through who has it', () => {
    expect(() => createWriteGuard(TOKEN)(asking(`Bearer ${TOKEN}`), reply)).not.toThrow()
    expect(() => createWriteGuard(TOKEN)(asking(`bearer ${TOKEN}`), reply)).not.toThrow()
  })

  it('is refused at the start when it could be guessed', () => {
    expect(() => createWriteGuard('short')).toThrow(ConfigError)
    expect(() => createWriteGuard('')).toThrow(ConfigError)
  })
})
