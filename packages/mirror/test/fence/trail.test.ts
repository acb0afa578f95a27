import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { FenceEntry, FenceRecord } from '../../src/contracts/fence.js'
import { firstRecord, release, renew } from '../../src/decide/fence-rules.js'
import { GitFence, openRemoteGit } from '../../src/fence/index.js'
import { recordText } from '../../src/fence/record.js'
import { sign } from '../../src/fence/sign.js'
import { lastActing } from '../../src/guard/last-acting.js'
import { createGitAccess } from '../../src/push/access.js'
import { temporaryFolder } from '../folders.js'
import { git, tipOf } from '../push/support/repositories.js'

const REF = 'refs/montana/epoch'
const SELF = 'github:1'
const CONTENT = { tips: {}, gates: {}, autoPromote: true, permitMinutes: 30 }
const { signal } = new AbortController()

let target: string

beforeEach(() => {
  target = join(temporaryFolder(), 'fence.git')
  git('/', 'init', '--quiet', '--bare', target)
})

function record(renewal: number): FenceRecord {
  return { ...firstRecord(SELF, CONTENT, sign('test', 'renewal', 0)), renewal }
}

/** So many records, as that many renewals would have left them. */
function trail(length: number): void {
  const commits = Array.from({ length }, (_, n) => {
    const text = recordText(record(n + 1))
    const head = `commit ${REF}\ncommitter a <a@b.invalid> ${n} +0000\ndata 0\n`
    return `${head}M 100644 inline epoch.json\ndata ${Buffer.byteLength(text)}\n${text}\n`
  })
  execFileSync('git', ['fast-import', '--quiet'], { cwd: target, input: commits.join('') })
}

async function openFence(): Promise<GitFence> {
  return new GitFence(await openCopy())
}

async function openCopy() {
  const credential = { kind: 'none' } as const
  const access = await createGitAccess({ url: target, username: 'git', credential, caFile: null, proxies: {} })
  const folder = join(temporaryFolder(), 'copy.git')
  return await openRemoteGit({ folder, access: async () => access }, signal)
}

async function read(fence: GitFence): Promise<FenceEntry> {
  const entry = await fence.read(signal)
  if (entry === null) throw new Error('no record')
  return entry
}

function renewal({ record: before }: FenceEntry): FenceRecord {
  const next = renew(before, SELF, {}, sign('test', 'renewal', 0))
  if ('refused' in next) throw new Error(next.refused.reason)
  return next.ok
}

function lengthOf(): number {
  return Number(git(target, 'rev-list', '--count', REF))
}

describe('the trail of the fence', () => {
  it('is cut after 1,000 records to a root that names the old tip', async () => {
    trail(1_000)
    const fence = await openFence()
    const old = await read(fence)
    const written = await fence.swap(old, renewal(old), signal)
    expect(written?.commit).toBe(tipOf(target, REF))
    expect(lengthOf()).toBe(1)
    expect(git(target, 'log', '-1', '--format=%B', REF)).toContain(old.commit)
    expect((await read(await openFence())).record).toEqual(written?.record)
  })

  it('is not cut before', async () => {
    trail(999)
    const fence = await openFence()
    const old = await read(fence)
    await fence.swap(old, renewal(old), signal)
    expect(lengthOf()).toBe(1_000)
  })

  it('is cut by compare-and-swap: of two who read the same record one is refused', async () => {
    trail(1_000)
    const fences = [await openFence(), await openFence()]
    const entries = await Promise.all(fences.map(read))
    const written = await Promise.all(
      fences.map(async (fence, n) => await fence.swap(entries[n] ?? null, renewal(entries[n] as FenceEntry), signal)),
    )
    expect(written.filter((entry) => entry !== null).map(({ commit }) => commit)).toEqual([tipOf(target, REF)])
    expect(lengthOf()).toBe(1)
  })

  it('still tells who acted last: it is never cut at a record in which nobody acts', async () => {
    trail(1_000)
    const fence = await openFence()
    const old = await read(fence)
    const released = release(old.record, SELF, sign('test', 'released', 0))
    if ('refused' in released) throw new Error(released.refused.reason)
    await fence.swap(old, released.ok, signal)
    const other = await openFence()
    expect(await lastActing(other, await read(other), signal)).toMatchObject({ holder: SELF, renewal: 1_000 })
  })

  it('is read anew when it was cut between the list and the fetch', async () => {
    trail(3)
    const other = await openCopy()
    let cuts = 0
    const run: typeof other.run = async (args, call) => {
      if (args[0] === 'fetch' && cuts++ === 0) {
        git(target, 'update-ref', REF, git(target, 'commit-tree', `${REF}^{tree}`, '-m', 'cut'))
      }
      return await other.run(args, call)
    }
    expect((await read(new GitFence({ ...other, run }))).commit).toBe(tipOf(target, REF))
    expect(cuts).toBe(1)
  })

  it('goes on where the server takes children alone', async () => {
    trail(1_000)
    const hook = join(target, 'hooks', 'update')
    mkdirSync(dirname(hook), { recursive: true })
    writeFileSync(hook, '#!/bin/sh\ngit merge-base --is-ancestor "$2" "$3"\n', { mode: 0o755 })
    const fence = await openFence()
    const old = await read(fence)
    expect(await fence.swap(old, renewal(old), signal)).not.toBeNull()
    expect(lengthOf()).toBe(1_001)
  })
})
