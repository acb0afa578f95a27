import { mkdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PushReport, RefResult } from '../../src/contracts/push.js'
import { pushCode } from '../../src/push/push.js'
import { configHash, git, refsOf, tipOf, Workshop } from './support/repositories.js'
import { type Changes, requestFor } from './support/request.js'

let shop: Workshop
let config: string

beforeEach(() => {
  shop = new Workshop()
  config = configHash(shop.source)
})

afterEach(() => {
  expect(configHash(shop.source)).toBe(config)
  expect(git(shop.source, 'remote')).toBe('')
  shop.remove()
})

async function push(changes: Changes = {}): Promise<PushReport> {
  return await pushCode(await requestFor(shop, changes))
}

function outcomes({ refs }: PushReport): Record<string, string> {
  return Object.fromEntries(refs.map(({ ref, outcome }) => [ref, outcome]))
}

function resultOf({ refs }: PushReport, ref: string): RefResult | undefined {
  return refs.find((result) => result.ref === ref)
}

describe('scenario 1: first push to an empty target', () => {
  it('brings all heads and tags, and nothing else', async () => {
    shop.commit('work', 'work')
    git(shop.source, 'tag', '-a', 'v1', '-m', 'one', 'main')
    git(shop.source, 'update-ref', 'refs/montana/epoch', 'main')
    git(shop.source, 'update-ref', 'refs/remotes/origin/main', 'main')
    const report = await push()
    expect(Object.keys(refsOf(shop.target))).toEqual(['refs/heads/main', 'refs/heads/work', 'refs/tags/v1'])
    expect(outcomes(report)).toEqual({
      'refs/heads/main': 'created',
      'refs/heads/work': 'created',
      'refs/tags/v1': 'created',
    })
    expect(report).toMatchObject({ tip: tipOf(shop.source, 'main'), lagCommits: 0, pushes: 1 })
  })

  it('takes what the patterns name', async () => {
    shop.commit('work', 'work')
    const report = await push({ target: { refs: ['refs/heads/*', '^refs/heads/work'] } })
    expect(outcomes(report)).toEqual({ 'refs/heads/main': 'created' })
  })
})

describe('scenario 2: fast-forward', () => {
  it('needs one push, is read back and has no lag', async () => {
    const before = tipOf(shop.source, 'main')
    await push()
    const tip = shop.commit('second')
    const report = await push()
    expect(resultOf(report, 'refs/heads/main')).toMatchObject({ outcome: 'fast-forwarded', before, after: tip })
    expect(report).toMatchObject({ tip, lagCommits: 0, pushes: 1 })
  })

  it('pushes nothing when nothing changed', async () => {
    await push()
    expect(await push()).toMatchObject({ pushes: 0, lagCommits: 0, refs: [{ outcome: 'equal' }] })
  })

  it('keeps a branch that only the target has', async () => {
    await push()
    const tip = shop.foreignCommit('theirs', 'theirs')
    expect(outcomes(await push())).toMatchObject({ 'refs/heads/theirs': 'extra' })
    expect(tipOf(shop.target, 'refs/heads/theirs')).toBe(tip)
  })

  it('tells two branches apart that stand at one tip on the target, of which one moved forward and one aside', async () => {
    shop.commit('base', 'aside')
    const base = tipOf(shop.source, 'refs/heads/aside') ?? ''
    git(shop.source, 'update-ref', 'refs/heads/main', base)
    await push()
    shop.commit('forward')
    git(shop.source, 'update-ref', 'refs/heads/aside', git(shop.source, 'commit-tree', `${base}^{tree}`, '-m', 'aside'))
    const report = await push()
    expect(outcomes(report)).toMatchObject({ 'refs/heads/main': 'fast-forwarded', 'refs/heads/aside': 'diverged' })
    expect(tipOf(shop.target, 'refs/heads/aside')).toBe(base)
  })
})

describe('a rewritten source', () => {
  it('overwrites what it pushed itself, and keeps the old tip of the default branch', async () => {
    await push()
    const old = tipOf(shop.source, 'main') ?? ''
    const tip = git(shop.source, 'commit-tree', 'main^{tree}', '-m', 'anew')
    git(shop.source, 'update-ref', 'refs/heads/main', tip)
    const report = await push({ pushed: { 'refs/heads/main': old } })
    const rescueRef = `refs/heads/rescue/20260207T050000Z-${old.slice(0, 12)}`
    expect(resultOf(report, 'refs/heads/main')).toMatchObject({
      outcome: 'overwritten',
      before: old,
      after: tip,
      rescueRef,
    })
    expect(refsOf(shop.target)).toEqual({ 'refs/heads/main': tip, [rescueRef]: old })
  })
})

describe('scenario 3: diverged target', () => {
  it('refuse: leaves it alone, tells how far apart they are and who wrote it, and moves the others', async () => {
    const base = tipOf(shop.source, 'main') ?? ''
    await push()
    const theirs = shop.foreignCommit('theirs', 'main', base)
    shop.commit('ours')
    shop.commit('ours too')
    const other = shop.commit('other', 'other')
    const report = await push({ pushed: { 'refs/heads/main': base } })
    expect(resultOf(report, 'refs/heads/main')).toMatchObject({
      outcome: 'diverged',
      before: theirs,
      after: theirs,
      ahead: 2,
      behind: 1,
      foreignAuthor: 'Ada <ada@example.org>',
    })
    expect(refsOf(shop.target)).toEqual({ 'refs/heads/main': theirs, 'refs/heads/other': other })
  })

  it('rescue: the foreign tip stays reachable under a name of its own', async () => {
    await push()
    const theirs = shop.foreignCommit('theirs')
    const ours = shop.commit('ours')
    const report = await push({ target: { onDiverge: 'rescue' } })
    const rescueRef = `refs/heads/rescue/20260207T050000Z-${theirs.slice(0, 12)}`
    expect(resultOf(report, 'refs/heads/main')).toMatchObject({
      outcome: 'rescued',
      before: theirs,
      after: ours,
      rescueRef,
    })
    expect(refsOf(shop.target)).toEqual({ 'refs/heads/main': ours, [rescueRef]: theirs })
    expect(Object.keys(refsOf(shop.source))).toEqual(['refs/heads/main'])
    expect(tipOf(shop.source, `${theirs}^{commit}`)).toBeNull()
  })

  it('rescue: without a place for the foreign tip the branch stays', async () => {
    await push()
    git(shop.target, 'config', 'receive.hideRefs', 'refs/heads/rescue')
    const theirs = shop.foreignCommit('theirs')
    shop.commit('ours')
    const other = shop.commit('other', 'other')
    const report = await push({ target: { onDiverge: 'rescue' } })
    expect(outcomes(report)).toEqual({ 'refs/heads/main': 'hidden', 'refs/heads/other': 'created' })
    expect(refsOf(shop.target)).toEqual({ 'refs/heads/main': theirs, 'refs/heads/other': other })
  })

  it('rescue: a second sync makes no second rescue ref of the same tip', async () => {
    await push()
    const theirs = shop.foreignCommit('theirs')
    shop.commit('ours')
    shop.hook('update', '[ "$1" != refs/heads/main ]')
    await push({ target: { onDiverge: 'rescue' } })
    await push({ target: { onDiverge: 'rescue' } })
    expect(tipOf(shop.target, 'refs/heads/main')).toBe(theirs)
    const rescued = Object.entries(refsOf(shop.target)).filter(([ref]) => ref.startsWith('refs/heads/rescue/'))
    expect(rescued.map(([, tip]) => tip)).toEqual([theirs])
  })

  it('a moved tag is a divergence, and is rescued as a tag', async () => {
    git(shop.source, 'tag', '-a', 'v1', '-m', 'ours', 'main')
    await push()
    const theirs = tipOf(shop.target, 'refs/tags/v1') ?? ''
    git(shop.source, 'tag', '-f', '-a', 'v1', '-m', 'moved', 'main')
    expect(outcomes(await push())).toMatchObject({ 'refs/tags/v1': 'diverged' })
    const report = await push({ target: { onDiverge: 'rescue' } })
    expect(outcomes(report)).toMatchObject({ 'refs/tags/v1': 'rescued' })
    expect(tipOf(shop.target, `refs/tags/rescue/20260207T050000Z-${theirs.slice(0, 12)}`)).toBe(theirs)
  })
})

describe('scenario 4: a source that is no whole repository', () => {
  it.each([
    ['SOURCE_SHALLOW', ['--depth=1']],
    ['SOURCE_PARTIAL', ['--filter=blob:none', '--no-checkout']],
  ])('is refused before any contact: %s', async (code, options) => {
    shop.commit('second')
    git(shop.source, 'config', 'uploadpack.allowFilter', 'true')
    config = configHash(shop.source)
    const clone = `${shop.folder}/clone`
    git(shop.folder, 'clone', '--quiet', ...options, `file://${shop.source}`, clone)
    const request = { ...(await requestFor(shop, { url: '/nowhere' })), source: clone }
    await expect(pushCode(request)).rejects.toMatchObject({ code, remedy: expect.stringMatching(/clone/i) })
  })

  it.each(['.', 'source/below'])('is refused: %s', async (folder) => {
    mkdirSync(`${shop.source}/below`)
    const request = { ...(await requestFor(shop, { url: '/nowhere' })), source: `${shop.folder}/${folder}` }
    await expect(pushCode(request)).rejects.toMatchObject({ code: 'SOURCE_INVALID' })
  })
})

describe('scenario 5: hidden refs', () => {
  it.each(['refuse', 'rescue'] as const)('are left out, and the others move (%s)', async (onDiverge) => {
    git(shop.target, 'config', 'transfer.hideRefs', 'refs/changes')
    git(shop.source, 'update-ref', 'refs/changes/1', 'main')
    const report = await push({ target: { refs: ['refs/*'], onDiverge } })
    expect(outcomes(report)).toEqual({ 'refs/heads/main': 'created', 'refs/changes/1': 'hidden' })
    expect(resultOf(report, 'refs/changes/1')).toMatchObject({ code: 'REF_HIDDEN', after: null })
  })
})

describe('refused refs', () => {
  it('a policy for one ref leaves the others', async () => {
    shop.hook('update', '[ "$1" != refs/heads/b ] || { echo "b is protected" >&2; exit 1; }')
    for (const branch of ['a', 'b', 'c']) shop.commit(branch, branch)
    const report = await push()
    expect(outcomes(report)).toEqual({
      'refs/heads/a': 'created',
      'refs/heads/b': 'rejected',
      'refs/heads/c': 'created',
      'refs/heads/main': 'created',
    })
    expect(resultOf(report, 'refs/heads/b')).toMatchObject({
      code: 'REF_REJECTED',
      message: expect.stringContaining('b is protected'),
      after: null,
    })
  })

  it('a policy that speaks for the whole push is narrowed down to the one that it means', async () => {
    shop.hook('pre-receive', 'while read old new ref; do [ "$ref" != refs/heads/n7 ] || exit 1; done')
    for (let n = 0; n < 12; n++) shop.commit(`n${n}`, `n${n}`)
    const report = await push()
    const rejected = report.refs.filter(({ outcome }) => outcome !== 'created')
    expect(rejected).toMatchObject([{ ref: 'refs/heads/n7', outcome: 'rejected', code: 'REF_REJECTED' }])
    expect(report.pushes).toBeLessThanOrEqual(10)
  })

  it('a limit on the size refuses what is too large and lets pass what is not', async () => {
    git(shop.target, 'config', 'receive.maxInputSize', '2000')
    git(shop.source, 'config', 'core.compression', '0')
    config = configHash(shop.source)
    const blob = git(shop.source, 'hash-object', '-w', '/proc/self/exe')
    git(shop.source, 'update-ref', 'refs/tags/large', blob)
    const report = await push()
    expect(outcomes(report)).toEqual({ 'refs/heads/main': 'created', 'refs/tags/large': 'rejected' })
    expect(resultOf(report, 'refs/tags/large')?.message).toContain('exceeds maximum allowed size')
  })

  it('a name that another one blocks is refused alone', async () => {
    await push()
    shop.foreignCommit('theirs', 'topic')
    shop.commit('x', 'topic/x')
    shop.commit('y', 'y')
    expect(outcomes(await push())).toEqual({
      'refs/heads/main': 'equal',
      'refs/heads/topic': 'extra',
      'refs/heads/topic/x': 'rejected',
      'refs/heads/y': 'created',
    })
  })

  it('a credential without the right to write workflows is told from a plain refusal', async () => {
    const words = 'refusing to allow a Personal Access Token to create or update workflow without `workflow` scope'
    shop.hook('update', `echo '${words}' >&2; exit 1`)
    const report = await push()
    expect(resultOf(report, 'refs/heads/main')).toMatchObject({ code: 'WORKFLOW_SCOPE' })
  })
})
