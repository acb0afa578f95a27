import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readBoundedFile } from '../config/bounded-file.js'
import type { LayerOfTarget } from './hooks.js'
import { LAYER_ORDER } from './layer-order.js'

const FOLDER = 'spool'
const READY = '.json'
const BROKEN = '.broken'
/** At one turn; the rest comes with the next. */
const FILES_MAX = 1_000
/** What a hook that was killed in the middle left behind. */
const ABANDONED_MS = 600_000

const requestSchema = z.strictObject({
  schema: z.literal(1),
  at_ms: z.number(),
  reason: z.string().max(500),
  requests: z
    .array(z.strictObject({ mirror: z.string().regex(/^[a-z0-9-]{1,40}$/), layer: z.enum(LAYER_ORDER) }))
    .max(500),
})

export interface SpooledRequest {
  readonly path: string
  readonly reason: string
  readonly requests: readonly LayerOfTarget[]
}

/**
 * Leaves a request as a file of its own, whole or not at all: the store was locked or full. Not synchronised, because a
 * busy disk takes longer than a hook has; what a power cut takes, the next reconcile finds. Throws the system's error.
 */
export function spoolRequest(folder: string, requests: readonly LayerOfTarget[], reason: string, nowMs: number): void {
  const spool = join(folder, FOLDER)
  mkdirSync(spool, { recursive: true, mode: 0o700 })
  const name = `${String(Math.round(nowMs)).padStart(15, '0')}-${process.pid}-${randomUUID().slice(0, 8)}`
  const temporary = join(spool, `${name}.tmp`)
  const content = { schema: 1, at_ms: nowMs, reason: reason.slice(0, 500), requests }
  try {
    writeFileSync(temporary, JSON.stringify(content), { mode: 0o600, flag: 'wx' })
    renameSync(temporary, join(spool, name + READY))
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** The oldest first. What cannot be read is put aside under another name, for people. */
export function readSpool(folder: string, nowMs: number): readonly SpooledRequest[] {
  const spool = join(folder, FOLDER)
  const names = namesIn(spool)
  for (const name of names.filter((entry) => entry.endsWith('.tmp'))) removeAbandoned(join(spool, name), nowMs)
  const ready = names.filter((entry) => entry.endsWith(READY)).sort()
  return ready.slice(0, FILES_MAX).flatMap((name) => readRequest(join(spool, name)))
}

export function removeSpooled(requests: readonly SpooledRequest[]): void {
  for (const { path } of requests) rmSync(path, { force: true })
}

function namesIn(spool: string): string[] {
  try {
    return readdirSync(spool)
  } catch {
    return []
  }
}

function readRequest(path: string): SpooledRequest[] {
  try {
    const file = readBoundedFile(path)
    if (!file.isRead) throw new Error(file.code)
    const { reason, requests } = requestSchema.parse(JSON.parse(file.text))
    return [{ path, reason, requests }]
  } catch {
    putAside(path)
    return []
  }
}

function putAside(path: string): void {
  try {
    renameSync(path, path + BROKEN)
  } catch {
    // Gone already: somebody looked after it.
  }
}

function removeAbandoned(path: string, nowMs: number): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats !== undefined && nowMs - stats.mtimeMs > ABANDONED_MS) rmSync(path, { force: true })
}
