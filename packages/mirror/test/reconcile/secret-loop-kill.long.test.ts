import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFile, temporaryFolder } from '../folders.js'
import { type Child, startChild } from '../processes.js'
import { githubTarget } from '../support/github-target.js'
import { NAME, type OnStand, OWNER, onStand } from '../support/on-stand.js'

const VALUES = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`SECRET_${index}`, `plain-value-${index}`]))
const BEFORE_KILL_MAX_MS = 10_000

function start(at: OnStand, folder: string, desired: Readonly<Record<string, string>>): Child {
  const credential = { kind: 'token', value: at.token } as const
  const target = githubTarget({ apiUrl: at.stand.url, credential, repository: { owner: OWNER, name: NAME } })
  return startChild('secret-loop.mjs', folder, temporaryFile(JSON.stringify({ target, desired })))
}

const puts = ({ stand }: OnStand) => stand.requests.list().filter(({ method }) => method === 'PUT').length

async function killAfter(at: OnStand, folder: string, count: number): Promise<void> {
  const child = start(at, folder, VALUES)
  const end = performance.now() + BEFORE_KILL_MAX_MS
  while (puts(at) < count && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1))
  child.signal('SIGKILL')
  expect(await child.ended()).toBe('SIGKILL')
}

// Four processes are started one after the other, on a machine that may be busy.
describe('scenario 7: kill -9 in the middle of the secrets', { timeout: 90_000 }, () => {
  it.each([1, 4, 9])('after %i of them the next run goes on from the list', async (count) => {
    const folder = temporaryFolder()
    const at = await onStand()
    await killAfter(at, folder, count)
    const before = at.repository.secrets.size
    expect(before).toBeLessThan(12)
    at.stand.requests.clear()
    const report = JSON.parse(await start(at, folder, VALUES).line())
    expect(report).toMatchObject({ synced: 12, total: 12, findings: [] })
    expect(Object.fromEntries(at.repository.secrets)).toEqual(VALUES)
    // The write that was under way may be repeated, which has no effect; none that was on record is.
    expect(puts(at)).toBeLessThanOrEqual(12 - before + 1)
    for (const file of readdirSync(folder))
      expect(readFileSync(join(folder, file), 'latin1')).not.toContain('plain-value')
    // All are known as made by us: they go when nobody wants them any more.
    await start(at, folder, {}).ended()
    expect(at.repository.secrets.size).toBe(0)
  })
})
