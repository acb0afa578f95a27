import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { createGitFence, EPOCH_REF, FALLBACK_EPOCH_REF, type FailoverError, makeEpoch, RANK } from '../../src/index.js'
import { GitWorld, git } from '../support/git.js'

const epochAt = (counter: number, chainIndex = 0) => makeEpoch({ counter, rank: RANK.MAJORITY, chainIndex })
const MAIN = 'refs/heads/main'
const HOOK = join(import.meta.dirname, '..', '..', '..', '..', 'deploy', 'hooks', 'pre-receive')

interface Writer {
  readonly clone: string
  readonly fence: ReturnType<typeof createGitFence>
  /** One commit of data, pushed from where `main` was at the last push of anybody. */
  write(counter: number, text: string): ReturnType<ReturnType<typeof createGitFence>['push']>
}

let world: GitWorld
beforeEach(() => {
  world = new GitWorld()
})

function writerOf(name: string, options: { readonly epochRef?: string } = {}): Writer {
  const clone = world.clone(name)
  const fence = createGitFence({ repository: clone, remote: 'origin', ...options })
  const write = (counter: number, text: string) => {
    const [old, next] = [world.at(MAIN) ?? null, world.commit(clone, text)]
    return fence.push({ epoch: epochAt(counter), updates: [{ ref: MAIN, old, next }] })
  }
  return { clone, fence, write }
}

async function refusal(push: Promise<unknown>): Promise<FailoverError> {
  return await push.then(
    () => Promise.reject(new Error('was accepted')),
    (error: unknown) => error as FailoverError,
  )
}

/** Runs git push by hand with leases and --atomic, as a client does that is not ours. */
function pushByHand(clone: string, ...refs: string[]): string {
  try {
    return git(clone, 'push', '--atomic', '--porcelain', '--force', 'origin', ...refs)
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return `${stdout}\n${stderr}`
  }
}

function markCommit(clone: string, epoch: bigint | string, sequence: number | string, ...more: string[]): string {
  const tree = git(clone, 'hash-object', '-t', 'tree', '-w', '/dev/null')
  const message = `montana epoch\n\nMontana-Epoch: ${epoch}\nMontana-Sequence: ${sequence}\nMontana-Nonce: 00`
  return git(clone, 'commit-tree', tree, '-m', message, ...more)
}

describe('a fenced push', () => {
  it('moves data and epoch together, and the epoch ref in every push', async () => {
    const { fence, write } = writerOf('amsterdam')
    expect(await fence.read()).toBeNull()
    const first = await write(8, 'one')
    expect(first).toMatchObject({ epoch: epochAt(8), sequence: 1 })
    const before = world.at(EPOCH_REF)
    expect(await write(8, 'two')).toMatchObject({ epoch: epochAt(8), sequence: 2 })
    expect(world.at(EPOCH_REF)).not.toBe(before)
    expect(git(world.hub, 'rev-list', '--count', EPOCH_REF)).toBe('1')
    expect(git(world.hub, 'log', '-1', '--format=%s', MAIN)).toBe('two')
  })

  it('of a later leader goes through, and ends the earlier one', async () => {
    const [amsterdam, almaty] = [writerOf('amsterdam'), writerOf('almaty')]
    await amsterdam.write(8, 'one')
    await almaty.write(9, 'two')
    const data = world.at(MAIN)
    const error = await refusal(amsterdam.write(8, 'late'))
    expect(error).toMatchObject({ code: 'EPOCH_STALE', metadata: { highest: String(epochAt(9)) } })
    expect(world.at(MAIN)).toBe(data)
  })

  it('is refused to the second creator of the epoch ref', async () => {
    const [amsterdam, almaty] = [writerOf('amsterdam'), writerOf('almaty')]
    // Both have seen that there is none.
    expect([await amsterdam.fence.read(), await almaty.fence.read()]).toEqual([null, null])
    await almaty.write(9, 'two')
    const data = world.at(MAIN)
    expect(await refusal(amsterdam.write(8, 'one'))).toMatchObject({ code: 'EPOCH_STALE' })
    expect(world.at(MAIN)).toBe(data)
  })

  it('of the second creator goes through if it is the later leader', async () => {
    const [amsterdam, almaty] = [writerOf('amsterdam'), writerOf('almaty')]
    await almaty.fence.read()
    await amsterdam.write(8, 'one')
    expect(await almaty.write(9, 'two')).toMatchObject({ epoch: epochAt(9), sequence: 2 })
  })

  it('is refused when the epoch ref moves after the advertisement', async () => {
    const [amsterdam, almaty] = [writerOf('amsterdam'), writerOf('almaty')]
    await amsterdam.write(8, 'one')
    const data = world.at(MAIN)
    // The hub has told the client its refs and has its objects; now the later leader comes first.
    const later = markCommit(almaty.clone, epochAt(9), 2)
    git(almaty.clone, 'push', '--quiet', 'origin', `${later}:refs/heads/kept`)
    const move = `env -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY git update-ref ${EPOCH_REF} ${later}`
    world.hook('pre-receive', `#!/bin/sh\n${move}\n`)
    const error = await refusal(amsterdam.write(8, 'late'))
    expect(error).toMatchObject({ code: 'EPOCH_STALE', metadata: { highest: String(epochAt(9)) } })
    expect(world.at(MAIN)).toBe(data)
    expect(world.at(EPOCH_REF)).toBe(later)
  })

  it('is tried again when a push of the same tenure came in between', async () => {
    const [one, two] = [writerOf('one'), writerOf('two')]
    await one.write(8, 'one')
    await two.fence.read()
    const next = world.commit(two.clone, 'other')
    await one.write(8, 'two')
    const mark = await two.fence.push({ epoch: epochAt(8), updates: [{ ref: 'refs/heads/other', old: null, next }] })
    expect(mark).toMatchObject({ epoch: epochAt(8), sequence: 3 })
  })

  it('is refused when a data ref is not where it was taken to be', async () => {
    const { clone, fence, write } = writerOf('amsterdam')
    await write(8, 'one')
    const epochBefore = world.at(EPOCH_REF)
    const updates = [{ ref: MAIN, old: null, next: world.commit(clone, 'blind') }]
    const error = await refusal(fence.push({ epoch: epochAt(8), updates }))
    expect(error).toMatchObject({ code: 'REF_MOVED', metadata: { ref: MAIN } })
    expect(world.at(EPOCH_REF)).toBe(epochBefore)
  })

  it('removes a ref, too, and can move the epoch alone', async () => {
    const { clone, fence } = writerOf('amsterdam')
    const [ref, next] = ['refs/heads/other', world.commit(clone, 'one')]
    await fence.push({ epoch: epochAt(8), updates: [{ ref, old: null, next }] })
    await fence.push({ epoch: epochAt(8), updates: [{ ref, old: next, next: null }] })
    expect(world.at(ref)).toBeUndefined()
    expect(await fence.push({ epoch: epochAt(9), updates: [] })).toMatchObject({ sequence: 3 })
  })

  it('is known to have landed when only its answer was lost', async () => {
    const { write } = writerOf('amsterdam')
    // Everything is done, then the connection breaks.
    world.hook('post-receive', '#!/bin/sh\nkill -9 $PPID\n')
    await write(8, 'one')
    expect(git(world.hub, 'log', '-1', '--format=%s', MAIN)).toBe('one')
  })

  it('says in the words of the remote that it refuses, and what to do', async () => {
    const { write } = writerOf('amsterdam')
    world.hook('update', `#!/bin/sh\n[ "$1" != ${EPOCH_REF} ] || { echo no such namespace >&2; exit 1; }\n`)
    const error = await refusal(write(8, 'one'))
    expect(error).toMatchObject({ code: 'FENCE_REFUSED', field: 'fenceRef' })
    expect(error.message).toContain(`${EPOCH_REF} [remote rejected] (hook declined)`)
    expect(error.remedy).toContain(FALLBACK_EPOCH_REF)
    expect(world.at(MAIN)).toBeUndefined()
    const fallback = writerOf('almaty', { epochRef: FALLBACK_EPOCH_REF })
    await fallback.write(9, 'two')
    expect(await refusal(writerOf('spb', { epochRef: FALLBACK_EPOCH_REF }).write(8, 'late'))).toMatchObject({
      code: 'EPOCH_STALE',
    })
  })

  it('does not take a foreign ref for an epoch', async () => {
    const { clone, write } = writerOf('amsterdam')
    git(clone, 'push', '--quiet', 'origin', `${world.commit(clone, 'data')}:${EPOCH_REF}`)
    expect(await refusal(write(8, 'one'))).toMatchObject({ code: 'FENCE_REFUSED' })
    expect(world.at(MAIN)).toBeUndefined()
  })

  it.each([
    ['no ref', { ref: '--exec=x', old: null, next: 'a'.repeat(40) }],
    ['no commit', { ref: MAIN, old: null, next: 'main' }],
    ['no move', { ref: MAIN, old: 'a'.repeat(40), next: 'a'.repeat(40) }],
    ['the epoch ref itself', { ref: EPOCH_REF, old: null, next: 'a'.repeat(40) }],
  ])('is misuse with %s', async (_, update) => {
    const { fence } = writerOf('amsterdam')
    await expect(fence.push({ epoch: epochAt(8), updates: [update] })).rejects.toBeInstanceOf(RangeError)
  })

  it('says that the remote cannot be reached', async () => {
    const { clone } = writerOf('amsterdam')
    const fence = createGitFence({ repository: clone, remote: join(world.folder, 'nowhere') })
    expect(await refusal(fence.push({ epoch: epochAt(8), updates: [] }))).toMatchObject({ code: 'GIT_FAILED' })
  })
})

describe('the hook of the hub', () => {
  beforeEach(() => {
    copyFileSync(HOOK, join(world.hub, 'hooks', 'pre-receive'))
    git(world.hub, 'config', '--add', `montana.${EPOCH_REF}.fenced`, MAIN)
    git(world.hub, 'config', '--add', `montana.${EPOCH_REF}.fenced`, 'refs/heads/state/*')
  })

  it('lets fenced pushes through, of one tenure and of the next', async () => {
    const [amsterdam, almaty] = [writerOf('amsterdam'), writerOf('almaty')]
    await amsterdam.write(8, 'one')
    await amsterdam.write(8, 'two')
    expect(await almaty.write(9, 'three')).toMatchObject({ sequence: 3 })
    expect(git(world.hub, 'log', '-1', '--format=%s', MAIN)).toBe('three')
  })

  it.each([
    ['a stale epoch', epochAt(7), 9, 'EPOCH_STALE'],
    ['a sequence that does not grow', epochAt(8), 1, 'EPOCH_STALE'],
    ['no sequence', epochAt(8), 'x', 'EPOCH_INVALID'],
    ['no epoch', 'none', 2, 'EPOCH_INVALID'],
    ['an epoch of 21 digits', '9'.repeat(21), 2, 'EPOCH_INVALID'],
  ])('refuses %s from whatever client', async (_, epoch, sequence, code) => {
    const { clone, write } = writerOf('amsterdam')
    await write(8, 'one')
    const before = [world.at(MAIN), world.at(EPOCH_REF)]
    const data = world.commit(clone, 'late')
    const said = pushByHand(clone, `${markCommit(clone, epoch, sequence)}:${EPOCH_REF}`, `${data}:${MAIN}`)
    expect(said).toContain(code)
    expect([world.at(MAIN), world.at(EPOCH_REF)]).toEqual(before)
  })

  it('compares epochs that no shell can count', async () => {
    const { clone } = writerOf('amsterdam')
    const push = (epoch: bigint, sequence: number) =>
      pushByHand(clone, `${markCommit(clone, epoch, sequence)}:${EPOCH_REF}`)
    expect(push(2n ** 64n - 2n, 1)).not.toContain('EPOCH')
    expect(push(2n ** 64n - 3n, 2)).toContain('EPOCH_STALE')
    expect(push(2n ** 63n, 3)).toContain('EPOCH_STALE')
    expect(push(999n, 4)).toContain('EPOCH_STALE')
    expect(push(2n ** 64n - 1n, 5)).not.toContain('EPOCH')
  })

  it.each([MAIN, 'refs/heads/state/users'])('refuses %s without a move of the epoch ref', async (ref) => {
    const { clone, write } = writerOf('amsterdam')
    await write(8, 'one')
    const before = world.at(ref)
    expect(pushByHand(clone, `${world.commit(clone, 'bare')}:${ref}`)).toContain('EPOCH_MISSING')
    // A ref that stays where it is is not part of a push, whatever the client lists.
    git(clone, 'fetch', '--quiet', 'origin', `${EPOCH_REF}:refs/kept`)
    expect(pushByHand(clone, `refs/kept:${EPOCH_REF}`, `HEAD:${ref}`)).toContain('EPOCH_MISSING')
    expect(world.at(ref)).toBe(before)
    expect(pushByHand(clone, 'HEAD:refs/heads/unfenced')).not.toContain('EPOCH')
  })

  it('keeps the epoch ref: no removal, no parents, nothing else than a commit', async () => {
    const { clone, write } = writerOf('amsterdam')
    await write(8, 'one')
    const before = world.at(EPOCH_REF)
    expect(pushByHand(clone, `:${EPOCH_REF}`)).toContain('EPOCH_INVALID')
    const withParent = markCommit(clone, epochAt(9), 2, '-p', git(clone, 'rev-parse', 'HEAD'))
    expect(pushByHand(clone, `${withParent}:${EPOCH_REF}`)).toContain('EPOCH_INVALID')
    expect(pushByHand(clone, `HEAD^{tree}:${EPOCH_REF}`)).toContain('EPOCH_INVALID')
    expect(world.at(EPOCH_REF)).toBe(before)
  })

  it('takes no number from the author of a commit or from a second line', async () => {
    const { clone, write } = writerOf('amsterdam')
    await write(8, 'one')
    const twice = `${epochAt(9)}\nMontana-Epoch: ${epochAt(7)}`
    expect(pushByHand(clone, `${markCommit(clone, twice, 2)}:${EPOCH_REF}`)).toContain('EPOCH_INVALID')
  })
})
