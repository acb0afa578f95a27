import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { type Recorded, recordCalls } from '../../../../test/support/power-loss/record.js'
import { DATABASE_FILE, openStore } from '../../src/index.js'
import { temporaryDirectory } from '../helpers.js'
import type { Story } from './injections.js'

const child = (name: string) => fileURLToPath(new URL(`../children/${name}`, import.meta.url))
const LOG = `${DATABASE_FILE}-wal`
/** Of commit-loop.mjs: the log then has most of the 2,000 pages after which it is written back. */
const WINDOWS_OF_A_LOG = 70
/** A child that hangs would stop the tests with it. */
const TIMEOUT_MS = 120_000

export function filesIn(dir: string): Map<string, Uint8Array> {
  return new Map(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name))]))
}

function record(dir: string, windows: number, inject: readonly string[] = [], node: readonly string[] = []): Recorded {
  const recorded = recordCalls(dir, [...node, child('commit-loop.mjs'), dir, `${windows}`], inject)
  if (inject.length === 0) expect([recorded.signal, recorded.stderr]).toEqual(['SIGKILL', ''])
  return recorded
}

/** A store from its first byte on. */
export function fresh(windows: number, node: readonly string[] = []): Story {
  const folder = temporaryDirectory()
  return { folder, base: new Map(), from: 0, calls: record(folder, windows, [], node).calls }
}

/** The same, and its log is never synchronised: what the tests must notice. */
export const careless = (windows: number) => fresh(windows, ['--import', child('unsynchronised.mjs')])

/** A store that was stopped in order, and is started again: its log has to begin. */
export function stopped(): Story {
  const folder = temporaryDirectory()
  spawnSync(process.execPath, [child('commit-loop.mjs'), folder, '2'], { timeout: TIMEOUT_MS })
  openStore({ dir: folder, mode: 'write' }).close()
  const base = filesIn(folder)
  expect(base.get(LOG)).toBeUndefined()
  return { folder, base, from: 0, calls: record(folder, 1).calls }
}

/** A store that goes on, with `windows` windows in which the log is written back and begins anew. */
export function grown(windows: number): Story {
  const folder = temporaryDirectory()
  const { signal } = spawnSync(process.execPath, [child('commit-loop.mjs'), folder, `${WINDOWS_OF_A_LOG}`], {
    timeout: TIMEOUT_MS,
  })
  expect(signal).toBe('SIGKILL')
  const base = filesIn(folder)
  const { calls } = record(folder, windows)
  const offsets = new Map(
    calls.flatMap((call) => (call.kind === 'write' ? [[basename(call.path), call.offset] as const] : [])),
  )
  expect([...offsets.keys()]).toContain(DATABASE_FILE)
  // The log has begun anew: what was written last lies before its end.
  expect(offsets.get(LOG)).toBeLessThan(base.get(LOG)?.length ?? 0)
  return { folder, base, from: 0, calls }
}

/**
 * A process that ends at its fsync number `call` and one that starts in its place; the power goes while that one runs.
 * `KILL`: kill -9 at its beginning. `EIO`: it fails, and the system forgets what it had to write.
 */
export function restarted(how: 'KILL' | 'EIO', call: number): Story {
  const folder = temporaryDirectory()
  const inject = `inject=fsync:${how === 'KILL' ? 'signal=KILL' : 'error=EIO'}:when=${call}`
  const before = record(folder, 20, ['-e', inject])
  if (how === 'EIO') expect(before.calls).toContainEqual(expect.objectContaining({ kind: 'sync', hasFailed: true }))
  const after = record(folder, 2)
  return { folder, base: new Map(), from: before.calls.length, calls: [...before.calls, ...after.calls] }
}

/** Starts a process over `dir` that commits one window. Resolves to the time until it had, ms. */
export function restartMs(dir: string): number {
  const startMs = performance.now()
  const { stdout, signal } = spawnSync(process.execPath, [child('commit-loop.mjs'), dir, '1'], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  })
  expect([signal, stdout]).toEqual(['SIGKILL', expect.stringMatching(/^opened .*\nsigned .*\n\d+\n$/)])
  return performance.now() - startMs
}
