import { expect, it } from 'vitest'
import { refuseMutants } from './roster-mutation-cases.js'

it('none of 500 mutated rosters is accepted', async () => {
  const codes = await refuseMutants(500, 1)
  expect(Object.keys(codes).filter((code) => !code.startsWith('DOC_'))).toEqual([])
  expect(codes.DOC_SIGNATURES).toBeGreaterThan(100)
  expect(codes.DOC_INVALID).toBeGreaterThan(100)
})
