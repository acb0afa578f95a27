import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createGitFence, createGitWitness, EPOCH_REF } from '../../src/index.js'
import { GitWorld, git } from '../support/git.js'
import { type HttpHub, serveHub } from '../support/git-http.js'
import { bodyOf, code, GROUP, keysOf, never, postOf } from '../witness/support.js'

const MAIN = 'refs/heads/main'

/** A clone whose origin is the hub over HTTP. */
function cloneOf(world: GitWorld, hub: HttpHub, name: string): string {
  const clone = world.clone(name)
  git(clone, 'remote', 'set-url', 'origin', hub.url)
  return clone
}

describe('git over HTTP', () => {
  it('carries fenced pushes, and refuses a stale one in one transaction', async () => {
    const world = new GitWorld()
    const hub = await serveHub(world)
    const clone = cloneOf(world, hub, 'amsterdam')
    const next = world.commit(clone, 'one')
    const fence = createGitFence({ repository: clone, remote: 'origin' })
    expect(await fence.push({ epoch: 8n, updates: [{ ref: MAIN, old: null, next }] })).toMatchObject({ sequence: 1 })
    const later = createGitFence({ repository: cloneOf(world, hub, 'almaty'), remote: hub.url })
    expect(await later.push({ epoch: 9n, updates: [] })).toMatchObject({ sequence: 2 })
    const late = fence.push({ epoch: 8n, updates: [{ ref: MAIN, old: next, next: world.commit(clone, 'late') }] })
    await expect(late).rejects.toMatchObject({ code: 'EPOCH_STALE', metadata: { highest: '9' } })
    expect(world.at(MAIN)).toBe(next)
    expect(git(world.hub, 'log', '-1', '--format=%b', EPOCH_REF)).toContain('Montana-Epoch: 9')
  })

  it('carries posts, and a server that never answers holds nobody up', async () => {
    const world = new GitWorld()
    const hub = await serveHub(world)
    const folder = join(world.folder, 'scratch.git')
    const shared = { name: 'w4', group: GROUP, stalenessMs: 13_000, remote: 'origin', folder, timeoutMs: 1_500 }
    const witness = createGitWitness({ ...shared, clone: cloneOf(world, hub, 'spb') }, { keysOf })
    onTestFinished(async () => await witness.close())
    await witness.post(postOf('spb', 1), never)
    await witness.post(postOf('spb', 2), never)
    expect((await witness.read(never)).posts.map(({ body }) => body)).toEqual([bodyOf('spb', 2)])
    hub.hang()
    const startMs = performance.now()
    await expect(witness.read(never)).rejects.toEqual(code('WITNESS_UNREACHABLE'))
    expect(performance.now() - startMs).toBeLessThan(3_000)
  })
})
