import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { firstRecord } from '../../src/decide/fence-rules.js'
import { GitFence, openRemoteGit } from '../../src/fence/index.js'
import { sign } from '../../src/fence/sign.js'
import { loadMirrorConfig, type Manifest, type MirrorAlert, openMirror, resumeMirrors } from '../../src/index.js'
import { createGitAccess } from '../../src/push/access.js'
import { Mirror } from '../../src/service/mirror.js'
import { temporaryFolder } from '../folders.js'
import { git, refsOf, tipOf, Workshop } from '../push/support/repositories.js'

const NOTHING: Manifest = {
  ...{ secrets: [], variables: [], gates: [], notCopied: [], workflows: [], ledgers: [], check: null },
}
const TIMING = { debounceMs: 0, spacingMs: 0, pollMs: 10 }
const SELF = 'github:1'
const MAIN = 'refs/heads/main'
const never = new AbortController().signal

/** A primary with two archives that were in step, and a fence that says that it acts. */
async function world(mode: 'isolated' | 'leader') {
  const shop = new Workshop()
  onTestFinished(() => shop.remove())
  const second = join(shop.folder, 'second.git')
  const fencePlace = join(shop.folder, 'fence.git')
  for (const folder of [second, fencePlace]) git(shop.folder, 'init', '--quiet', '--bare', folder)
  const fence = await openFence(fencePlace)
  await fence.swap(null, firstRecord(SELF, CONTENT, sign('test', 'first', 0)), never)
  const told: MirrorAlert[] = []
  const config = loadMirrorConfig({ environment: environment(shop, second, mode) })
  /** With a store of its own: another host, or a run of CI. */
  const open = async () => {
    const rest = {
      values: new Map(),
      actor: 'test',
      primary: null,
      alert: (alert: MirrorAlert) => void told.push(alert),
    }
    const init = { config, manifest: NOTHING, source: shop.source, dataFolder: temporaryFolder(), ...rest }
    const { parts } = await openMirror(init, never)
    const mirror = new Mirror({ ...parts, fence, self: SELF }, TIMING)
    onTestFinished(() => mirror.close())
    return mirror
  }
  return { shop, second, fence, mirror: await open(), told, fencePlace, open }
}

const CONTENT = { tips: {}, gates: {}, autoPromote: true, permitMinutes: 30 }

function environment(shop: Workshop, second: string, mode: string) {
  return {
    ...{ MIRROR_ENABLED: 'true', MIRROR_ROLE: 'MASTER', MIRROR_RESET_MODE: mode },
    ...{ MIRROR_1_TYPE: 'git', MIRROR_1_URL: shop.target, MIRROR_1_NAME: 'first' },
    ...{ MIRROR_2_TYPE: 'git', MIRROR_2_URL: second, MIRROR_2_NAME: 'second' },
  }
}

async function openFence(url: string): Promise<GitFence> {
  const credential = { kind: 'none' } as const
  const access = await createGitAccess({ url, username: 'git', credential, caFile: null, proxies: {} })
  const folder = join(temporaryFolder(), 'copy.git')
  return new GitFence(await openRemoteGit({ folder, access: async () => access }, never))
}

async function sync(mirror: Mirror) {
  mirror.enqueue('test', ['code'])
  return await mirror.sync(never)
}

function reset({ source }: Workshop): string {
  const tip = git(source, 'commit-tree', 'main^{tree}', '-m', `anew ${randomUUID()}`)
  git(source, 'update-ref', MAIN, tip)
  return tip
}

describe('isolated', () => {
  it('pauses here and in the fence, tells, and pushes nothing to anybody until it is resumed', async () => {
    const { shop, second, fence, mirror, told } = await world('isolated')
    await sync(mirror)
    const old = tipOf(shop.source, MAIN)
    const tip = reset(shop)
    expect(await sync(mirror)).toMatchObject({ isPaused: true })
    expect((await fence.read(never))?.record).toMatchObject({ paused: true, holder: SELF, epoch: 1 })
    expect(told[0]).toMatchObject({ layer: 'code', code: 'SOURCE_RESET', remedy: expect.stringMatching(/resume/) })
    shop.commit('more', 'more')
    expect(await sync(mirror)).toMatchObject({ isPaused: true, runs: 0 })
    for (const folder of [shop.target, second]) expect(refsOf(folder)).toEqual({ [MAIN]: old })

    await resumeMirrors(mirror.parts, { reason: 'meant so', expectedEpoch: 1 }, never)
    expect((await fence.read(never))?.record.paused).toBe(false)
    await sync(mirror)
    for (const folder of [shop.target, second]) {
      const { [MAIN]: main, 'refs/heads/more': more, ...rescued } = refsOf(folder)
      expect([main, more]).toEqual([tip, tipOf(shop.source, 'refs/heads/more')])
      expect(Object.values(rescued)).toEqual([old])
    }
  })

  it('stops CI too, which has no memory of what was pushed', async () => {
    const { shop, mirror, open } = await world('isolated')
    await sync(mirror)
    const old = tipOf(shop.source, MAIN)
    reset(shop)
    await sync(mirror)
    shop.commit('more', 'more')
    const { jobs } = await sync(await open())
    expect(jobs.map(({ lastErrorCode }) => lastErrorCode)).toEqual(['FENCED', 'FENCED'])
    expect(refsOf(shop.target)).toEqual({ [MAIN]: old })
  })

  it('says so again at the next reset', async () => {
    const { shop, mirror } = await world('isolated')
    await sync(mirror)
    reset(shop)
    await sync(mirror)
    await resumeMirrors(mirror.parts, { reason: 'meant so', expectedEpoch: 1 }, never)
    await sync(mirror)
    reset(shop)
    expect(await sync(mirror)).toMatchObject({ isPaused: true })
  })

  it('goes on as before when the history is brought back and the pause ended', async () => {
    const { shop, mirror } = await world('isolated')
    await sync(mirror)
    const old = tipOf(shop.source, MAIN) ?? ''
    reset(shop)
    await sync(mirror)
    git(shop.source, 'update-ref', MAIN, old)
    await resumeMirrors(mirror.parts, { reason: 'a mistake', expectedEpoch: 1 }, never)
    const forward = shop.commit('forward')
    await sync(mirror)
    expect(refsOf(shop.target)).toEqual({ [MAIN]: forward })
  })

  it('tells the fence later when it cannot be asked now', async () => {
    const { shop, fence, mirror, fencePlace } = await world('isolated')
    await sync(mirror)
    reset(shop)
    const hook = join(fencePlace, 'hooks', 'pre-receive')
    writeFileSync(hook, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    expect(await sync(mirror)).toMatchObject({ isPaused: true })
    expect((await fence.read(never))?.record.paused).toBe(false)
    rmSync(hook)
    expect(await sync(mirror)).toMatchObject({ isPaused: true, runs: 0 })
    expect((await fence.read(never))?.record.paused).toBe(true)
  })
})

describe('leader', () => {
  it('propagates the reset and keeps the old tip on each target', async () => {
    const { shop, second, fence, mirror, told } = await world('leader')
    await sync(mirror)
    const old = tipOf(shop.source, MAIN)
    const tip = reset(shop)
    expect(await sync(mirror)).toMatchObject({ isPaused: false })
    for (const folder of [shop.target, second]) {
      const { [MAIN]: main, ...rescued } = refsOf(folder)
      expect([main, Object.values(rescued)]).toEqual([tip, [old]])
    }
    expect(told).toEqual([])
    expect((await fence.read(never))?.record.paused).toBe(false)
  })
})
