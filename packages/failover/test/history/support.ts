import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@montana/foundation'
import { onTestFinished } from 'vitest'
import { HistoryFile, type HistoryInit } from '../../src/history/history-file.js'
import type { Transition } from '../../src/index.js'

export const START_MS = Date.parse('2026-01-01T00:00:00.000Z')

export function historyPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'history-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'history.jsonl')
}

export function transition(changes: Partial<Transition> = {}): Transition {
  return {
    policy: 'serve',
    from: 'candidate',
    to: 'acting',
    epoch: 524_798n,
    mode: 'CHAIN',
    rule: 'D6',
    reason: 'first of the chain',
    heard: { moscow: 120, almaty: null },
    phasesMs: { detect: 3_500 },
    ...changes,
  }
}

/** A history whose clock goes on by a second with every record. */
export function history(path = historyPath(), changes: Partial<HistoryInit> = {}): HistoryFile {
  let seconds = 0
  const now = () => new Date(START_MS + 1_000 * seconds++)
  const file = new HistoryFile({ path, host: 'amsterdam', bootId: 'boot-1', now, logger: silentLogger, ...changes })
  onTestFinished(async () => await file.close())
  return file
}
