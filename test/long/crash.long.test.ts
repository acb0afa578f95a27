import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { montana, temporaryFolder, until } from '../e2e/support/montana.js'
import { MemberProcess, makeNetwork } from '../e2e/support/network.js'

const LABELS = ['moscow', 'frankfurt', 'helsinki', 'armenia']
const PLACES = ['reveal', 'confirmation', 'header', 'propose', 'prevote', 'lock', 'precommit', 'commit']

async function start() {
  const files = await makeNetwork(temporaryFolder(), LABELS)
  const nodes = files.members.map((member) => new MemberProcess(files, member))
  await Promise.all(nodes.map((node) => node.reaches(3, 60_000)))
  return { dir: files.dir, nodes, victim: nodes[1] as MemberProcess }
}

const highest = async (nodes: readonly MemberProcess[]) => Math.max(...(await Promise.all(nodes.map((n) => n.head()))))

async function allGoOn(nodes: readonly MemberProcess[], windows = 3): Promise<void> {
  const goal = (await highest(nodes)) + windows
  await Promise.all(nodes.map((node) => node.reaches(goal, 60_000)))
}

interface Listed {
  evidence: unknown[]
  incidents: { code: string }[]
}

/** Re-sending is a duty, so these say nothing about anybody. */
const HARMLESS = ['DuplicateConfirmation', 'StaleConfirmation']

/** Every store proves itself, and nobody holds anything against anybody. */
async function proveAll(dir: string): Promise<void> {
  const verified = await montana(['windows', 'verify', '--data-dir', dir, '--json'])
  expect(JSON.parse(verified.stdout).verdict, verified.stdout).toBe('PASS')
  const listed = await montana(['evidence', 'list', '--data-dir', dir, '--json'])
  const nodes = JSON.parse(listed.stdout).nodes as Listed[]
  expect(nodes.flatMap(({ evidence }) => evidence)).toEqual([])
  const codes = nodes.flatMap(({ incidents }) => incidents.map(({ code }) => code))
  expect(codes.filter((code) => !HARMLESS.includes(code))).toEqual([])
}

describe('members that die', () => {
  it('at every step of the vote, one after the other: nothing is signed twice, nothing is lost', async () => {
    const { dir, nodes, victim } = await start()
    for (const place of PLACES) {
      victim.signal('SIGKILL')
      await victim.restart({ MONTANA_FAILPOINT: `after-${place}@${(await highest(nodes)) + 2}` })
      await until(() => !victim.isRunning, 90_000, `dies after ${place}`)
      await victim.restart()
      await allGoOn(nodes)
    }
    await proveAll(dir)
  }, 600_000)

  it('all at once, again and again', async () => {
    const { dir, nodes } = await start()
    for (let round = 0; round < 8; round++) {
      await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 1_200))
      for (const node of nodes) node.signal('SIGKILL')
      await Promise.all(nodes.map((node) => node.restart()))
      await until(async () => (await highest(nodes)) > 0, 30_000, 'they answer')
      await allGoOn(nodes, 2)
    }
    await proveAll(dir)
  }, 600_000)

  it('and lose their store: silent and saying so, then signing again, while the others go on', async () => {
    const { dir, nodes, victim } = await start()
    victim.signal('SIGKILL')
    await until(() => !victim.isRunning, 5_000, 'the victim is gone')
    const { dataDir } = victim.member
    const files = readdirSync(dataDir).filter((name) => name.startsWith('store.db'))
    for (const name of files) rmSync(join(dataDir, name))
    const before = await highest(nodes)
    await victim.restart()
    const journal = async () => JSON.parse((await montana(['journal', 'show', '--data-dir', dataDir, '--json'])).stdout)
    await until(async () => (await journal().catch(() => undefined))?.signFrom > before, 60_000, 'it signs again')
    const { signFrom } = await journal()
    await victim.reaches(signFrom + 2, 60_000)
    await until(async () => (await victim.status()).vote.waits_for.length < 4, 30_000, 'it confirms')
    await allGoOn(nodes)
    await proveAll(dir)
  }, 300_000)
})
