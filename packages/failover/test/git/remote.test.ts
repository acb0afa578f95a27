import { describe, expect, it } from 'vitest'
import { remoteUrl } from '../../src/git/remote.js'
import { Git } from '../../src/git/run.js'
import { createGitFence } from '../../src/index.js'
import { GitWorld, git } from '../support/git.js'

const CARRIED = ['https://user:hunter2@host/x.git', 'https://hunter2@host/x.git', 'ssh://git:hunter2@host/x.git']

describe('a remote whose URL carries a user or password', () => {
  it.each(CARRIED)('is not used, and not repeated: %s', async (url) => {
    const world = new GitWorld()
    const clone = world.clone('clone')
    git(clone, 'remote', 'set-url', 'origin', url)
    const error: unknown = await remoteUrl(new Git(clone), 'origin').catch((refusal: unknown) => refusal)
    expect(error).toMatchObject({ code: 'GIT_FAILED', field: 'witnesses', remedy: expect.stringContaining('ssh') })
    expect(String(error)).not.toContain('hunter2')
    expect(() => createGitFence({ repository: clone, remote: url })).toThrow('carries a user or password')
  })

  it('a user name of ssh is none, and neither is a path', async () => {
    const world = new GitWorld()
    const clone = world.clone('clone')
    expect(await remoteUrl(new Git(clone), 'origin')).toBe(world.hub)
    for (const url of ['ssh://git@host/x.git', 'git@host:x.git', 'https://host/x@1.git']) {
      git(clone, 'remote', 'set-url', 'origin', url)
      expect(await remoteUrl(new Git(clone), 'origin')).toBe(url)
    }
  })
})
