import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@montana/foundation'
import { expect, it, onTestFinished, vi } from 'vitest'
import { BreathLink } from '../../src/agent/breath-link.js'

const CYCLE = {
  lastInhaleAt: '2026-01-01T00:00:00.000Z',
  lastExhaleAt: null,
  lastError: { code: 'GIT_FAILED', message: 'no hub', at: '2026-01-01T00:00:01.000Z' },
  failedCycles: 2,
  unpushedAgeMs: 40,
  conflicts: 1,
  lagByHostMs: { spb: 0 },
}

it('the state of the breathing is taken only in the form that a heartbeat carries', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'breath-link-'))
  const socket = join(folder, 'breath.sock')
  const told = { head: 'not a commit' as string | null, lagMs: 5, asked: 0 }
  const cycle: { value: unknown } = { value: undefined }
  const server = createServer(({ url }, response) => {
    told.asked++
    const isAbsent = url === '/cycle' && cycle.value === undefined
    response.writeHead(isAbsent ? 404 : 200)
    response.end(JSON.stringify(url === '/cycle' ? (cycle.value ?? {}) : { head: told.head, lagMs: told.lagMs }))
  }).listen(socket)
  const link = new BreathLink(socket, silentLogger)
  onTestFinished(() => {
    link.close()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await vi.waitUntil(() => told.asked > 3, 5_000)
  expect(link.state()).toBeNull()
  told.head = 'a'.repeat(40)
  await vi.waitUntil(() => link.state() !== null, 5_000)
  expect(link.state()).toEqual({ head: 'a'.repeat(40), lagMs: 5, cycle: null })
  cycle.value = { ...CYCLE, ofALaterRelease: 1 }
  await vi.waitUntil(() => link.state()?.cycle !== null, 5_000)
  expect(link.state()).toEqual({ head: 'a'.repeat(40), lagMs: 5, cycle: CYCLE })
  cycle.value = { ...CYCLE, conflicts: -1 }
  await vi.waitUntil(() => link.state()?.cycle === null, 5_000)
  expect(link.state()).toMatchObject({ head: 'a'.repeat(40) })
})
