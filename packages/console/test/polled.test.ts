import { describe, expect, it } from 'vitest'
import { heard } from '../page/src/data/hooks.js'

const REFUSAL = { code: 'NODE_UNREACHABLE', message: 'frankfurt does not answer', remedy: 'ask another node' }
const said = { of: 'moscow', data: 7, refusal: null }

describe('what was said last', () => {
  it('stays when the same source does not answer, beside why', () => {
    expect(heard(said, 'moscow', { ok: false, refusal: REFUSAL })).toEqual({ ...said, refusal: REFUSAL })
  })

  it('is never shown as what another source says', () => {
    const silent = { of: 'frankfurt', data: null, refusal: REFUSAL }
    expect(heard(said, 'frankfurt', { ok: false, refusal: REFUSAL })).toEqual(silent)
    expect(heard(said, 'frankfurt', { ok: true, data: 8 })).toEqual({ of: 'frankfurt', data: 8, refusal: null })
  })
})
