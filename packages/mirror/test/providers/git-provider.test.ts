import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GitTarget } from '../../src/contracts/config.js'
import type { PermissionCheck } from '../../src/contracts/provider.js'
import { GitProvider } from '../../src/providers/git/provider.js'
import { refsOf, Workshop } from '../push/support/repositories.js'

let shop: Workshop
const temporary = process.env.TMPDIR

beforeEach(() => {
  shop = new Workshop()
  process.env.TMPDIR = shop.folder
})

afterEach(() => {
  expect(readdirSync(shop.folder).sort()).toEqual(['source', 'target.git'])
  if (temporary === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = temporary
  shop.remove()
})

function provider(url = shop.target): GitProvider {
  const target: GitTarget = {
    type: 'git',
    slot: 1,
    name: 'archive',
    enabled: true,
    url,
    username: 'git',
    credential: { kind: 'none' },
    caFile: null,
    refs: ['refs/heads/*', 'refs/tags/*'],
    onDiverge: 'refuse',
    lfs: 'auto',
    pushTimeoutMs: { first: 60_000, later: 60_000 },
  }
  return new GitProvider(target, {})
}

function signal(): AbortSignal {
  return AbortSignal.timeout(30_000)
}

async function checks(url?: string): Promise<readonly PermissionCheck[]> {
  const found: PermissionCheck[] = []
  for await (const check of provider(url).test(signal())) found.push(check)
  return found
}

describe('describe', () => {
  it('names the default branch, none on an empty target', async () => {
    const identity = { id: `git:${shop.target}`, canonicalName: shop.target, archived: false }
    expect(await provider().describe(signal())).toEqual({ ...identity, defaultBranch: null })
    shop.foreignCommit('first')
    expect(await provider().describe(signal())).toEqual({ ...identity, defaultBranch: 'main' })
  })

  it('fails where there is nothing', async () => {
    await expect(provider('/nowhere').describe(signal())).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
  })
})

describe('test', () => {
  it('grants reading, writing and the namespace of the fence, and leaves nothing behind', async () => {
    expect(await checks()).toMatchObject([
      { name: 'read', granted: true, remedy: null },
      { name: 'write', granted: true, remedy: null },
      { name: 'fence namespace', granted: true, remedy: null },
    ])
    expect(refsOf(shop.target)).toEqual({})
  })

  it('falls back to a branch where the namespace is refused', async () => {
    shop.hook('update', 'case "$1" in refs/heads/*) exit 0;; esac; exit 1')
    expect(await checks()).toMatchObject([
      { name: 'read', granted: true },
      { name: 'write', granted: true },
      { name: 'fence namespace', granted: false, remedy: expect.stringContaining('refs/heads/montana/') },
    ])
    expect(refsOf(shop.target)).toEqual({})
  })

  it('tells that nobody may write', async () => {
    shop.hook('pre-receive', 'echo "read only" >&2; exit 1')
    const [read, write] = await checks()
    expect(read).toMatchObject({ granted: true })
    expect(write).toMatchObject({ name: 'write', granted: false, remedy: expect.stringContaining('read only') })
  })

  it('tells that nobody may delete', async () => {
    shop.hook('update', 'case $3 in *[!0]*) exit 0;; esac; exit 1')
    const [, write] = await checks()
    expect(write).toMatchObject({ granted: true, remedy: expect.stringContaining('delete') })
  })

  it('ends with the first right that is missing', async () => {
    const found = await checks('/nowhere')
    expect(found).toMatchObject([{ name: 'read', granted: false, remedy: expect.stringContaining('Create') }])
  })

  it('stops when it is told to', async () => {
    const checking = provider().test(AbortSignal.abort()).next()
    await expect(checking).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
