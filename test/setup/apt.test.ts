import { describe, expect, it } from 'vitest'
import { wantedPackages } from './apt.mjs'

const debianOf = (filter: string) => wantedPackages([filter], true).map(({ debian }) => debian)

describe('what a host without it gets for the tests', () => {
  it.each(['test/long/loss.long.test.ts', 'test/e2e/busy-failover', 'test/chaos/'])('filters for %s', (filter) => {
    expect(debianOf(filter)).toEqual(expect.arrayContaining(['nftables', 'iproute2']))
  })

  it('nothing that the tests named do not want', () => {
    expect(debianOf('packages/codec')).toEqual([])
  })
})
