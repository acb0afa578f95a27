import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { probeGitNamespace } from '../../src/witness/git-namespace.js'
import { GitWorld, git } from '../support/git.js'
import { code, never } from './support.js'

const initOf = (world: GitWorld) => ({
  folder: join(world.folder, 'probe.git'),
  clone: world.clone('here'),
  remote: 'origin',
})

it('leaves nothing behind where the namespace is taken', async () => {
  const world = new GitWorld()
  await probeGitNamespace(initOf(world), never)
  expect(git(world.hub, 'for-each-ref')).toBe('')
  expect(readdirSync(world.folder).sort()).toEqual(['here', 'hub.git'])
})

it('says that a repository takes only branches', async () => {
  const world = new GitWorld()
  world.hook('update', '#!/bin/sh\ncase "$1" in refs/heads/*) ;; *) exit 1 ;; esac\n')
  const probe = probeGitNamespace(initOf(world), never)
  await expect(probe).rejects.toEqual(code('WITNESS_REFUSED'))
  await expect(probe).rejects.toThrow(/refs\/montana\/probe\/[0-9a-f]{16} \[remote rejected\]/)
})
