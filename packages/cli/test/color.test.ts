import { describe, expect, it } from 'vitest'
import { wantsColor } from '../src/color.js'
import { createContext } from '../src/context.js'

const on = (isTerminal: boolean, environment: Record<string, string> = {}) => {
  return { ...createContext().context, isTerminal, environment }
}

describe('colour', () => {
  it('is for terminals, unless it is refused', () => {
    expect([wantsColor(on(true), {}), wantsColor(on(true), { color: true })]).toEqual([true, true])
    expect([wantsColor(on(false), { color: true }), wantsColor(on(true), { color: false })]).toEqual([false, false])
    expect([wantsColor(on(true, { NO_COLOR: '1' }), {}), wantsColor(on(true, { NO_COLOR: '' }), {})]).toEqual([
      false,
      true,
    ])
  })
})
