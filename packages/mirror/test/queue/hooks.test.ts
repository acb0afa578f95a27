import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemTime } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HookQueue, hookRequests, layersOf, loadMirrorConfig, openMirrorStore, workerTarget } from '../../src/index.js'
import { readSpool } from '../../src/queue/spool.js'
import { temporaryFolder } from '../folders.js'
import { startChild } from '../processes.js'
import { workerStand } from './worker-stand.js'

const { targets } = loadMirrorConfig({
  environment: {
    ...{ MIRROR_1_REPO: 'a/b', MIRROR_1_TOKEN: 't', MIRROR_1_NAME: 'full' },
    ...{ MIRROR_2_TYPE: 'git', MIRROR_2_URL: '/srv/x.git', MIRROR_2_NAME: 'archive' },
    ...{ MIRROR_3_REPO: 'c/d', MIRROR_3_TOKEN: 't', MIRROR_3_NAME: 'no-secrets', MIRROR_3_SYNC_SECRETS: 'false' },
    ...{ MIRROR_4_REPO: 'e/f', MIRROR_4_TOKEN: 't', MIRROR_4_NAME: 'off', MIRROR_4_ENABLED: 'false' },
  },
})

function hookOf(folder: string): HookQueue {
  const hook = new HookQueue(folder, systemTime)
  onTestFinished(() => hook.close())
  return hook
}

const CODE = [{ mirror: 'a', layer: 'code' }] as const

describe('what a hook asks for', () => {
  const asked = (hook: Parameters<typeof hookRequests>[0]) =>
    hookRequests(hook, targets).map(({ mirror, layer }) => `${mirror}/${layer}`)

  it('a sync: code of all targets, workflows of those that have some', () => {
    expect(asked('post-sync')).toEqual([
      'full/code',
      'full/workflows',
      'archive/code',
      'no-secrets/code',
      'no-secrets/workflows',
    ])
  })

  it('a secret and a variable: their own layer of github targets', () => {
    expect(asked('secret-changed')).toEqual(['full/secrets'])
    expect(asked('variable-changed')).toEqual(['full/variables', 'no-secrets/variables'])
  })

  it('a target is worked on by its layers, and known by its whole configuration', () => {
    const store = openMirrorStore(temporaryFolder())
    onTestFinished(() => store.close())
    const [full] = targets
    if (full?.type !== 'github') throw new Error('no target')
    expect(layersOf(full)).toEqual(['code', 'workflows', 'secrets', 'variables'])
    const before = workerTarget(store, full).fingerprint
    expect(workerTarget(store, { ...full, secrets: new Map([['A', 'x']]) }).fingerprint).not.toBe(before)
    expect(workerTarget(store, { ...full, credential: { kind: 'token', value: 'u' } }).fingerprint).not.toBe(before)
    expect(workerTarget(store, { ...full }).fingerprint).toBe(before)
  })
})

describe('a hook', () => {
  it('writes one row', () => {
    const folder = temporaryFolder()
    expect(hookOf(folder).enqueue(CODE, 'post-sync')).toEqual({ where: 'store', error: null })
    const store = openMirrorStore(folder)
    expect(store.jobs.get('a', 'code')).toMatchObject({ state: 'pending', reason: 'post-sync' })
    store.close()
  })

  it('with a store that another process keeps locked takes at most 50 ms, and the worker gets it from the spool', async () => {
    const stand = workerStand({ layers: ['code'] })
    const holder = startChild('hold-store.mjs', stand.folder)
    await holder.line()
    const hook = hookOf(stand.folder)
    const times = Array.from({ length: 200 }, () => {
      const begun = performance.now()
      expect(hook.enqueue(CODE, 'post-sync').where).toBe('spool')
      return performance.now() - begun
    }).sort((a, b) => a - b)
    expect(times[197]).toBeLessThanOrEqual(50)
    expect(readdirSync(join(stand.folder, 'spool'))).toHaveLength(200)
    holder.signal('SIGKILL')
    await holder.ended()
    expect(await stand.drain()).toMatchObject({ runs: 1, jobs: [{ wantedSeq: 200, doneSeq: 200 }] })
    expect(readdirSync(join(stand.folder, 'spool'))).toEqual([])
  })

  it.each([
    ['is no database', (folder: string) => writeFileSync(join(folder, 'mirror.sqlite'), 'x'.repeat(4096))],
    ['is a folder', (folder: string) => mkdirSync(join(folder, 'mirror.sqlite'))],
  ])('with a store that %s leaves a file, and says why', (_, spoil) => {
    const folder = temporaryFolder()
    spoil(folder)
    const outcome = hookOf(folder).enqueue(CODE, 'post-sync')
    expect(outcome).toMatchObject({ where: 'spool', error: { code: expect.any(String) } })
    expect(readSpool(folder, Date.now())).toMatchObject([{ reason: 'post-sync', requests: CODE }])
  })

  it('that can write nowhere says so, and does not throw', () => {
    const folder = join(temporaryFolder(), 'file')
    writeFileSync(folder, '')
    expect(hookOf(folder).enqueue(CODE, 'x')).toMatchObject({ where: 'lost', error: { code: expect.any(String) } })
  })

  it('finds the store again when it is back', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'mirror.sqlite'))
    const hook = hookOf(folder)
    expect(hook.enqueue(CODE, 'x').where).toBe('spool')
    rmSync(join(folder, 'mirror.sqlite'), { recursive: true })
    expect(hook.enqueue(CODE, 'x').where).toBe('store')
  })
})

describe('the spool', () => {
  it('is closed to others; what cannot be read is put aside, and stops nothing', async () => {
    const stand = workerStand({ layers: ['code'] })
    const spool = join(stand.folder, 'spool')
    mkdirSync(spool)
    const bad = [
      '{',
      '{"schema":2}',
      JSON.stringify({ schema: 1, at_ms: 0, reason: '', requests: [{ mirror: '../x', layer: 'code' }] }),
    ]
    for (const [index, content] of bad.entries()) writeFileSync(join(spool, `0-${index}.json`), content)
    mkdirSync(join(stand.folder, 'aside'))
    const holder = hookOf(join(stand.folder, 'aside'))
    expect(holder.enqueue(CODE, 'x').where).toBe('store')
    writeFileSync(join(spool, '1.json'), JSON.stringify({ schema: 1, at_ms: 0, reason: 'r', requests: CODE }))
    writeFileSync(join(spool, 'half.tmp'), '{')
    expect(await stand.drain()).toMatchObject({ runs: 1 })
    expect(readdirSync(spool).sort()).toEqual(['0-0.json.broken', '0-1.json.broken', '0-2.json.broken', 'half.tmp'])
    readSpool(stand.folder, Date.now() + 3_600_000)
    expect(readdirSync(spool)).not.toContain('half.tmp')
  })

  it('has mode 0600 in 0700', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'mirror.sqlite'))
    hookOf(folder).enqueue(CODE, 'x')
    const [name = ''] = readdirSync(join(folder, 'spool'))
    expect(statSync(join(folder, 'spool', name)).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'spool')).mode & 0o777).toBe(0o700)
  })
})
