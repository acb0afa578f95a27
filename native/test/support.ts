import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type HashBackend, loadBackend } from '@montana/native'

const packageRoot = fileURLToPath(new URL('..', import.meta.url))

/** Undefined on a host without a Rust compiler, and only there: an addon that is present must load. */
export const addonPath = readdirSync(packageRoot)
  .filter((name) => name.endsWith('.node'))
  .map((name) => join(packageRoot, name))[0]

if (!addonPath) process.stderr.write('SKIPPED: tests of the native addon, which is not built\n')

export const reference = loadBackend({ force: 'typescript' }).backend
export const natives: readonly HashBackend[] = addonPath
  ? [loadBackend({ force: 'native' }).backend, loadBackend({ force: 'native', portable: true }).backend]
  : []
export const backends: readonly HashBackend[] = [...natives, reference]

export const MAX_STEPS = 2 ** 32 - 1
export const SEED = new Uint8Array(32).fill(7)

/** Independent of every backend. */
export function hashTimes(seed: Uint8Array, steps: number): Uint8Array {
  let value = seed
  for (let step = 0; step < steps; step++) value = new Uint8Array(createHash('sha256').update(value).digest())
  return value
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** Keys in tree order: as little-endian integers. */
export function inTreeOrder(keys: readonly Uint8Array[]): Uint8Array[] {
  const reversed = (key: Uint8Array) => Buffer.from(key).reverse()
  return [...keys].sort((a, b) => Buffer.compare(reversed(a), reversed(b)))
}
