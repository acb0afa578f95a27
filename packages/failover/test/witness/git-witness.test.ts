import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Claim, createGitWitness, encodePost, signPost, type Witness } from '../../src/index.js'
import { GitWorld, git } from '../support/git.js'
import { bodyOf, claim, code, GROUP, identityOf, keysOf, never, postOf } from './support.js'

interface Choices {
  readonly timeoutMs?: number
  readonly program?: string
  readonly clone?: string
}

function witnessOf(world: GitWorld, host: string, choices: Choices = {}): Witness {
  const clone = choices.clone ?? world.clone(host)
  const folder = join(world.folder, `${host}-scratch.git`)
  const options = { name: 'w4', group: GROUP, stalenessMs: 13_000, clone, remote: 'origin', folder, ...choices }
  const witness = createGitWitness(options, { keysOf })
  onTestFinished(async () => await witness.close())
  return witness
}

/** Writes a message under the ref of a host, as anybody with access to the repository can. */
function plant(world: GitWorld, host: string, message: string, ...parents: string[]): void {
  const tree = git(world.hub, 'hash-object', '-t', 'tree', '-w', '/dev/null')
  const file = join(world.folder, 'message')
  writeFileSync(file, message)
  const commit = git(world.hub, 'commit-tree', tree, '-F', file, ...parents.flatMap((parent) => ['-p', parent]))
  git(world.hub, 'update-ref', `refs/montana/witness/${host}`, commit)
}

const textOf = (host: string, sequence: number) => JSON.stringify(encodePost(postOf(host, sequence)))
const hostsOf = async (witness: Witness) => (await witness.read(never)).posts.map(({ host }) => host).sort()

describe('a git witness', () => {
  it('shows what every host posted, without ages and without a clock of its own', async () => {
    const world = new GitWorld()
    const [amsterdam, spb] = [witnessOf(world, 'amsterdam'), witnessOf(world, 'spb')]
    await amsterdam.post(postOf('amsterdam', 1), never)
    await spb.post(postOf('spb', 7), never)
    const read = await amsterdam.read(never)
    expect(read.upMs).toBeNull()
    expect(read.posts).toEqual([
      { host: 'amsterdam', ageMs: null, body: bodyOf('amsterdam', 1) },
      { host: 'spb', ageMs: null, body: bodyOf('spb', 7) },
    ])
    expect(amsterdam.isSlow).toBe(true)
  })

  it('keeps one parentless commit per host and shows the last', async () => {
    const world = new GitWorld()
    const witness = witnessOf(world, 'amsterdam')
    for (const sequence of [1, 2, 3]) await witness.post(postOf('amsterdam', sequence), never)
    const commit = world.at('refs/montana/witness/amsterdam') ?? ''
    expect(git(world.hub, 'rev-list', '--count', commit)).toBe('1')
    expect((await witness.read(never)).posts.map(({ body }) => body.sequence)).toEqual([3])
    // The branches of the repository are left alone.
    expect(git(world.hub, 'for-each-ref', 'refs/heads')).toBe('')
  })

  it('replaces what an earlier life of the host left there', async () => {
    const world = new GitWorld()
    await witnessOf(world, 'spb').post(postOf('spb', 90), never)
    const later = witnessOf(world, 'spb', { clone: world.clone('spb-again') })
    await later.post(postOf('spb', 1, { bootId: 'spb-boot-2' }), never)
    expect((await later.read(never)).posts[0]?.body).toMatchObject({ bootId: 'spb-boot-2', sequence: 1 })
  })

  it('replaces what another process of the host wrote meanwhile', async () => {
    const world = new GitWorld()
    const witness = witnessOf(world, 'spb')
    await witness.post(postOf('spb', 1), never)
    plant(world, 'spb', textOf('spb', 2))
    await witness.post(postOf('spb', 3), never)
    expect((await witness.read(never)).posts[0]?.body.sequence).toBe(3)
  })

  it('forgets a host whose ref is gone', async () => {
    const world = new GitWorld()
    const witness = witnessOf(world, 'spb')
    await witness.post(postOf('spb', 1), never)
    expect(await hostsOf(witness)).toEqual(['spb'])
    git(world.hub, 'update-ref', '-d', 'refs/montana/witness/spb')
    expect(await hostsOf(witness)).toEqual([])
  })

  it('believes no post that its host did not sign, and none of another group or host', async () => {
    const world = new GitWorld()
    const witness = witnessOf(world, 'amsterdam')
    await witness.post(postOf('amsterdam', 1), never)
    plant(world, 'moscow', JSON.stringify(encodePost(signPost(bodyOf('moscow', 1), identityOf('stranger').privateKey))))
    plant(world, 'almaty', textOf('spb', 1))
    plant(world, 'spb', JSON.stringify(encodePost(postOf('spb', 1, { group: 'another' }))))
    plant(world, 'novosibirsk', 'no post at all')
    plant(
      world,
      'stranger',
      JSON.stringify(encodePost(signPost(bodyOf('stranger', 1), identityOf('stranger').privateKey))),
    )
    expect(await hostsOf(witness)).toEqual(['amsterdam'])
  })

  it('takes no older post of the same boot back', async () => {
    const world = new GitWorld()
    const witness = witnessOf(world, 'amsterdam')
    plant(world, 'moscow', textOf('moscow', 5))
    expect(await hostsOf(witness)).toEqual(['moscow'])
    plant(world, 'moscow', textOf('moscow', 4))
    expect(await hostsOf(witness)).toEqual([])
    plant(world, 'moscow', textOf('moscow', 6))
    expect(await hostsOf(witness)).toEqual(['moscow'])
  })

  it('is not kept from the others by a ref that is too long, of another kind, or has a history', async () => {
    const world = new GitWorld()
    const clone = world.clone('writer')
    git(clone, 'push', '--quiet', 'origin', `${world.commit(clone, 'data')}:refs/heads/main`)
    plant(world, 'moscow', 'x'.repeat(3 * 2 ** 20))
    plant(world, 'almaty', textOf('almaty', 1), git(world.hub, 'rev-parse', 'main'))
    git(world.hub, 'update-ref', 'refs/montana/witness/novosibirsk', git(world.hub, 'rev-parse', 'main^{tree}'))
    const witness = witnessOf(world, 'spb')
    await witness.post(postOf('spb', 1), never)
    expect(await hostsOf(witness)).toEqual(['almaty', 'spb'])
  })

  it('says that the remote is away, and goes on when it is back', async () => {
    const world = new GitWorld()
    const witness = witnessOf(world, 'amsterdam')
    await witness.post(postOf('amsterdam', 1), never)
    renameSync(world.hub, `${world.hub}.away`)
    await expect(witness.post(postOf('amsterdam', 2), never)).rejects.toEqual(code('WITNESS_UNREACHABLE'))
    await expect(witness.read(never)).rejects.toEqual(code('WITNESS_UNREACHABLE'))
    renameSync(`${world.hub}.away`, world.hub)
    await witness.post(postOf('amsterdam', 3), never)
    expect((await witness.read(never)).posts[0]?.body.sequence).toBe(3)
  })

  it('says that a repository refuses, in its words', async () => {
    const world = new GitWorld()
    world.hook('pre-receive', '#!/bin/sh\necho not here >&2\nexit 1\n')
    const refusal = witnessOf(world, 'amsterdam').post(postOf('amsterdam', 1), never)
    await expect(refusal).rejects.toEqual(code('WITNESS_REFUSED'))
    await expect(refusal).rejects.toThrow('pre-receive hook declined')
  })

  it('has room for the longest post there is', async () => {
    const world = new GitWorld()
    const witness = witnessOf(world, 'spb')
    const policies = Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`p${n}`.padEnd(32, 'p'), longClaim]))
    await witness.post(postOf('spb', 2 ** 53 - 1, { policies, visible: Array.from({ length: 64 }, longName) }), never)
    expect((await witness.read(never)).posts[0]?.body.policies).toEqual(policies)
  })

  it('says what is missing when the folder is no clone', async () => {
    const world = new GitWorld()
    const clone = join(world.folder, 'empty')
    mkdirSync(clone)
    const read = witnessOf(world, 'spb', { clone }).read(never)
    await expect(read).rejects.toEqual(code('WITNESS_UNREACHABLE'))
    await expect(read).rejects.toThrow("no clone with a remote 'origin'")
  })

  it('ends a git that hangs, with its children, in the time of one operation', async () => {
    const world = new GitWorld()
    const marker = join(world.folder, 'late')
    const program = join(world.folder, 'slow-git')
    const script = `#!/bin/sh\ncase "$*" in *fetch*) (sleep 2; touch ${marker}) & wait ;; *) exec git "$@" ;; esac\n`
    writeFileSync(program, script, { mode: 0o755 })
    const witness = witnessOf(world, 'spb', { program, timeoutMs: 500 })
    const startMs = performance.now()
    await expect(witness.read(never)).rejects.toEqual(code('WITNESS_UNREACHABLE'))
    expect(performance.now() - startMs).toBeLessThan(1_900)
    await new Promise((resolve) => setTimeout(resolve, 2_200))
    expect(readdirSync(world.folder)).not.toContain('late')
  })

  it('stops for whoever gave it up, and works again after that', async () => {
    const world = new GitWorld()
    const witness = witnessOf(world, 'spb')
    const controller = new AbortController()
    const pending = witness.post(postOf('spb', 1), controller.signal)
    controller.abort()
    await expect(pending).rejects.toEqual(code('ABORTED'))
    await witness.post(postOf('spb', 2), never)
    expect(await hostsOf(witness)).toEqual(['spb'])
  })

  it('leaves nothing on the disk', async () => {
    const world = new GitWorld()
    const witness = witnessOf(world, 'spb')
    await witness.post(postOf('spb', 1), never)
    await witness.close()
    expect(readdirSync(world.folder).sort()).toEqual(['hub.git', 'spb'])
  })
})

const longName = () => 'h'.repeat(32)
const longClaim: Claim = {
  ...claim,
  state: 'candidate',
  epoch: 2n ** 64n - 1n,
  reason: 'stepped-down',
  lagMs: 1_234_567.123_456_789,
  candidacy: 2 ** 53 - 1,
  grantedTo: longName(),
}
