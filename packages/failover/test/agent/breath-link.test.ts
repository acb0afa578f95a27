import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@montana/foundation'
import { expect, it, onTestFinished, vi } from 'vitest'
import { BreathLink } from '../../src/agent/breath-link.js'

it('the state of the breathing is taken only in the form that a heartbeat carries', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'breath-link-'))
  const socket = join(folder, 'breath.sock')
  const told = { head: 'not a commit' as string | null, lagMs: 5, asked: 0 }
  const server = createServer((_, response) => {
    told.asked++
    response.end(JSON.stringify({ head: told.head, lagMs: told.lagMs }))
  }).listen(socket)
  const link = new BreathLink(socket, silentLogger)
  onTestFinished(() => {
    link.close()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await vi.waitUntil(() => told.asked > 1, 5_000)
  expect(link.state()).toBeNull()
  told.head = 'a'.repeat(40)
  await vi.waitUntil(() => link.state() !== null, 5_000)
  expect(link.state()).toEqual({ head: 'a'.repeat(40), lagMs: 5 })
})
