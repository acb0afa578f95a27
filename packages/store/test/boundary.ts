import { expect } from 'vitest'
import type { ReadStore } from '../src/index.js'
import { digest } from './helpers.js'

/** Everything commit-loop.mjs writes names its window: the whole store must speak of one. */
export function expectBoundary(store: ReadStore): number {
  const head = store.head()?.window ?? -1
  const windowOf = (bytes: Uint8Array | undefined) => Number(Buffer.from(bytes ?? []).toString('latin1', 0, 20))
  expect(store.head()?.proposalHash).toEqual(head === 0 ? new Uint8Array(32) : digest(`proposal ${head}`))
  expect(windowOf(store.context())).toBe(head)
  expect([...store.tableRecords('node')].map(windowOf)).toEqual([head, head, head, head])
  const accounts = [...store.tableRecords('account')].map(windowOf).sort((a, b) => b - a)
  expect(accounts).toEqual([0, 1, 2, 3, 4].map((age) => head - age).filter((window) => window > 0))
  const stored = [...store.windows(1, head + 1, Number.POSITIVE_INFINITY)].map(({ envelope }) => windowOf(envelope))
  expect(stored).toEqual(Array.from({ length: head }, (_, i) => i + 1))
  for (const table of [store.certificates, store.proofs]) {
    expect(stored.map((window) => windowOf(table.get(window)))).toEqual(stored)
    expect(table.get(head + 1)).toBeUndefined()
  }
  const signed = [...store.journal.entries(0)].at(-1)?.window ?? 0
  expect([head, head + 1]).toContain(signed)
  expect(store.integrityFaults()).toEqual([])
  return head
}
