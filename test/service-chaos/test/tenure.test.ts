import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLoopback, Group, MACHINES } from '@montana/trials'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'

/** Until all processes of a host are found. */
const SEARCH_MS = 60
const ROLE = { policy: 'serve', state: 'acting', epoch: '7', mode: 'FULL', rule: null, isEligible: true } as const

let dir: string
let group: Group

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'montana-tenure-'))
  group = await Group.create(dir, createLoopback(MACHINES, 1))
  // They are opened meanwhile.
  const logs = [...MACHINES, 'writer'].map((machine) => group.layout.log(machine))
  while (!logs.every((log) => existsSync(log))) await sleep(10)
})

afterAll(async () => {
  await group?.close()
  rmSync(dir, { recursive: true, force: true })
})

function search(): void {
  for (const endMs = Date.now() + SEARCH_MS; Date.now() < endMs; );
}

it('lasts until the last process of the host is stopped, not until the search for them begins', async () => {
  vi.spyOn(group.host('spb'), 'freeze').mockImplementation(search)
  vi.spyOn(group.host('almaty'), 'die').mockImplementationOnce(async () => search())
  for (const host of ['spb', 'almaty']) group.roles.add({ ...ROLE, atMs: Date.now(), host })
  const [frozenMs, killedMs] = [group.freezeHost('spb'), await group.killHost('almaty')]
  const endOf = (host: string) => group.roles.tenures().find((tenure) => tenure.host === host)?.toMs
  expect(endOf('spb')).toBeGreaterThanOrEqual(frozenMs + SEARCH_MS)
  expect(endOf('almaty')).toBeGreaterThanOrEqual(killedMs + SEARCH_MS)
  expect(group.roles.ends.map(({ host }) => host)).toEqual(['spb', 'almaty'])
})
