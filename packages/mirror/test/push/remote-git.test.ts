import { afterEach, beforeEach, expect, it } from 'vitest'
import { RefStore } from '../../src/fence/ref-store.js'
import { createGitAccess } from '../../src/push/access.js'
import { createRemoteGit } from '../../src/push/remote-git.js'
import { git, Workshop } from './support/repositories.js'

let shop: Workshop

beforeEach(() => {
  shop = new Workshop()
})

afterEach(() => shop.remove())

async function store(name: string, url = shop.target): Promise<RefStore> {
  git(shop.folder, 'init', '--quiet', '--bare', name)
  const access = await createGitAccess({ url, username: '', credential: { kind: 'none' }, caFile: null })
  const remote = createRemoteGit(`${shop.folder}/${name}`, access)
  return new RefStore(remote, { ref: 'refs/montana/epoch', file: 'epoch.json', bytesMax: 1_000 })
}

it('lets the second of two racers lose', async () => {
  const [a, b] = [await store('a'), await store('b')]
  const signal = AbortSignal.timeout(30_000)
  const first = await a.swap(null, 'one', signal)
  expect(await b.read(signal)).toEqual(first)
  const [left, right] = await Promise.all([a.swap(first, 'left', signal), b.swap(first, 'right', signal)])
  expect([left, right].filter((entry) => entry === null).length).toBe(1)
  expect(await a.read(signal)).toEqual(left ?? right)
})

it('tells a target that is not there from a lost race', async () => {
  const nowhere = await store('a', '/nowhere')
  await expect(nowhere.swap(null, 'one', AbortSignal.timeout(30_000))).rejects.toMatchObject({
    code: 'TARGET_UNREACHABLE',
  })
})
