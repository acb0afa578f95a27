import { expect } from 'vitest'
import { callsOf, cycleOf, killingGit, type Moment, published, snapshot } from './git-steps.js'
import { USERS, World } from './hosts.js'

const BEFORE = { 1: { name: 'Ann' }, 2: { name: 'Bob' } }
/** Written here and not yet exhaled, and written by another and not yet inhaled. */
const OURS = { 1: { name: 'Anna' }, 2: { name: 'Bob' } }
const THEIRS = { 1: { name: 'Ann' }, 2: { name: 'Bob' }, 3: { name: 'Eve' } }
const ALL = { 1: { name: 'Anna' }, 2: { name: 'Bob' }, 3: { name: 'Eve' } }
const NEVER = 1_000

/** Kills a cycle at steps of git, each time from the same start; the next cycle must recover without help. */
export async function killAtSteps(pick: (step: number) => readonly Moment[]): Promise<number> {
  await using world = new World()
  await prepare(world)
  const restore = snapshot(world)
  expect(await cycleOf(world, 'amsterdam', killingGit(world, NEVER, 'before'))).toBe(0)
  const steps = callsOf(world)
  for (let step = 1; step <= steps; step++) {
    for (const moment of pick(step)) {
      restore()
      expect([step, moment, await cycleOf(world, 'amsterdam', killingGit(world, step, moment))]).toEqual([
        step,
        moment,
        'SIGKILL',
      ])
      await expectWhole(world, `${moment} step ${step}`)
    }
  }
  return steps
}

async function prepare(world: World): Promise<void> {
  const [a, b] = [world.host('amsterdam'), world.host('moscow')]
  await a.update(USERS, () => BEFORE)
  await b.breathe()
  await a.breathe()
  await b.update(USERS, () => THEIRS)
  a.close()
  b.close()
  world.write('amsterdam', USERS, OURS)
}

async function expectWhole(world: World, when: string): Promise<void> {
  const a = world.host('amsterdam')
  const result = await a.breathe()
  const found = { when, ...result, file: world.read('amsterdam', USERS), hub: published(world, 'amsterdam') }
  expect(found).toEqual({ when, inhale: true, exhale: true, file: ALL, hub: ALL })
  expect(a.history(USERS).map(({ value }) => value)).toEqual(['Ann'])
  a.close()
}
