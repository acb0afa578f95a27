import { expect, it } from 'vitest'
import { measureJoin } from './src/sync/measure-join.js'

it('a small join over the real mesh gives every number of a row', async () => {
  const result = await measureJoin(300, () => {}, { window: 6 })
  expect(result).toMatchObject({ window: 6, records: 300 + 8, wastedBytes: 0, findings: [] })
  expect(result.bytes).toBe(304 * 2059 + 4 * 2098)
  expect(result.proofs).toBeGreaterThan(30)
}, 180_000)
