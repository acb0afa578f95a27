import { selectPqBackend } from '@montana/crypto'
import { expect, it } from 'vitest'
import { temporaryFolder, until } from '../e2e/support/montana.js'
import { Ear } from './ledger/ear.js'
import { kindOf, windowOf } from './ledger/messages.js'
import { makeFiles, memberOf, OBSERVER, startMember } from './ledger/nodes.js'
import { RestingLedger } from './ledger/resting.js'

it('skeleton', async () => {
  const t0 = performance.now()
  const say = (what: string) =>
    console.log(what, Math.round(performance.now() - t0), Math.round(process.cpuUsage().user / 1000))
  const files = await makeFiles(temporaryFolder())
  say('files')
  const ear = await Ear.join(files)
  const nodes = await Promise.all(files.members.slice(0, 5).map((member) => startMember(files, member)))
  say('started')
  const { peerId } = memberOf(files, OBSERVER).identity
  const status = async (i: number) => (await (await fetch(`${nodes[i]?.statusUrl}/status.json`)).json()) as any
  await until(async () => (await status(4)).window >= 6, 40_000, 'six windows')
  say('six')
  await until(() => ear.hears(peerId), 20_000, 'connected')
  await ear.ask(peerId, 6)
  say('asked')
  await Promise.all(nodes.map((node) => node.stop()))
  say('stopped')
  await ear.leave()
  const crypto = await selectPqBackend()
  for (const label of [OBSERVER, 'moscow']) {
    const one = await RestingLedger.open(files, memberOf(files, label), crypto)
    const rounds = []
    for (let round = 0; round < 3; round++) {
      const before = [one.durable, one.memory] as const
      const ends: Record<string, number> = {}
      for (const heard of ear.heard) {
        const outcome = await one.say('somebody', heard)
        const key = `${kindOf(heard)} ${outcome} ${(windowOf(heard) ?? one.head) - one.head}`
        ends[key] = (ends[key] ?? 0) + 1
      }
      rounds.push([
        ends,
        JSON.stringify(before[0]) === JSON.stringify(one.durable),
        before[1].map((part, i) => part === one.memory[i]),
      ])
    }
    console.log(label, one.head, rounds.map((r) => JSON.stringify(r, null, 1)).join('\n'))
    await one.close()
    say(label)
  }
  await crypto.close()
  expect(1).toBe(1)
}, 60_000)
