import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type BareRepositoryOptions, configureBareRepository, createBareRepository } from '../src/index.js'
import { WorkTree } from './support/git.js'

describe('bare repositories by path', () => {
  let root: string
  let bare: string
  let tree: WorkTree

  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'stand-bare-')))
    bare = join(root, 'target.git')
    tree = await WorkTree.make()
    await tree.commit({ 'README.md': 'one\n' })
  })

  afterEach(async () => {
    tree.remove()
    await rm(root, { recursive: true, force: true })
  })

  async function push(...refspecs: string[]) {
    return await tree.git(['push', '--porcelain', bare, ...refspecs])
  }

  const switches: [string, BareRepositoryOptions, string, string][] = [
    ['a rewrite', { denyNonFastForwards: true }, '+main^{/two}:main', 'denying non-fast-forward'],
    ['a deletion', { denyDeletes: true }, ':gone', 'deletion prohibited'],
    [
      'a hidden ref',
      { hideRefs: ['refs/pull', 'refs/internal'] },
      'main:refs/internal/x',
      'deny updating a hidden ref',
    ],
    ['a large pack', { maxInputSizeBytes: 20_000 }, 'large', 'exceeds maximum allowed size'],
    [
      'what a script refuses',
      { preReceive: '#!/bin/sh\necho no more today >&2\nexit 1\n' },
      'main:more',
      'no more today',
    ],
  ]

  it.each(switches)('refuses %s only when told to', async (_, options, refspec, words) => {
    await createBareRepository(bare)
    await prepare()
    const control = await push(refspec)
    expect(control).toMatchObject({ code: 0 })
    await rm(bare, { recursive: true })
    await createBareRepository(bare)
    await prepare()
    await configureBareRepository(bare, options)
    const refused = await push(refspec)
    expect(refused.code).not.toBe(0)
    expect(refused.output).toContain(words)
  })

  /** main with two commits, of which a rewrite drops the second; a branch to delete; a branch with a large file. */
  async function prepare() {
    await tree.git(['checkout', '--quiet', '-B', 'main'])
    await tree.commit({ 'README.md': `two ${Math.random()}\n` }, 'two')
    await push('main', 'main:gone')
    await tree.git(['commit', '--quiet', '--amend', '--message', 'two, again'])
    await tree.git(['checkout', '--quiet', '-B', 'large'])
    await tree.commit({ 'large.bin': crypto.getRandomValues(new Uint8Array(60_000)) })
    await tree.git(['checkout', '--quiet', 'main'])
  }

  it('refuses a shallow push, and takes it when told to', async () => {
    await createBareRepository(bare)
    await tree.commit({ 'README.md': 'two\n' })
    await tree.git(['clone', '--quiet', '--depth=1', `file://${tree.folder}`, 'shallow'])
    const shallowPush = ['-C', 'shallow', 'push', bare, 'HEAD:refs/heads/main']
    expect((await tree.git(shallowPush)).output).toContain('shallow update not allowed')
    await configureBareRepository(bare, { shallowUpdate: true })
    expect((await tree.git(shallowPush)).code).toBe(0)
  })
})
