import { beforeEach, describe, expect, it } from 'vitest'
import { openDocumentStore } from '../../src/sentinel/document-store.js'
import { keepAwake } from '../../src/sentinel/keep-awake.js'
import { RoleWorld } from '../support/role-world.js'

const DAY_MINUTES = 24 * 60
const FILE = 'sentinel.yml'

describe('the schedule of the sentinel on a public repository', { timeout: 120_000 }, () => {
  let world: RoleWorld

  beforeEach(async () => {
    world = await RoleWorld.open()
    world.replica.repository.isPrivate = false
  })

  async function look(): Promise<string> {
    const { workflows, contents } = world.replica.provider
    const document = openDocumentStore(await world.git(world.replica, 'awake'))
    const nowMs = world.stand.clock.nowMs()
    return await keepAwake({ workflows, contents, branch: 'main', document, nowMs, file: FILE }, world.signal)
  }

  async function state(): Promise<string | undefined> {
    const all = await world.replica.provider.workflows.list(world.signal)
    return all.find(({ file }) => file === FILE)?.state
  }

  async function days(count: number, each: () => Promise<unknown>): Promise<void> {
    for (let day = 0; day < count; day += 5) {
      world.advance(5 * DAY_MINUTES)
      await each()
    }
  }

  it('stops after 60 quiet days when nobody cares for it', async () => {
    await look()
    await days(65, async () => {})
    expect(await state()).toBe('disabled_inactivity')
  })

  it('outlives 100 of them with the sentinel, and keeps what the sentinel remembers', async () => {
    await world.sentinel()
    const answers = new Set<string>()
    await days(100, async () => answers.add(await look()))
    expect(answers).toEqual(new Set(['not due', 'enabled']))
    expect(await state()).toBe('active')
    const document = await openDocumentStore(await world.git(world.replica, 'awake')).read(world.signal)
    expect(document.memory).not.toBeNull()
    await world.sentinel()
    const after = await openDocumentStore(await world.git(world.replica, 'awake')).read(world.signal)
    expect(after.activity).toEqual(document.activity)
  })

  it('asks for nothing while there are commits', async () => {
    await look()
    world.stand.requests.clear()
    await days(60, async () => {
      await world.work(world.replica)
      await look()
    })
    expect(world.stand.requests.lines().some((line) => line.includes('/enable'))).toBe(false)
  })
})
