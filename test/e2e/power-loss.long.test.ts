// A node as it runs, on what the power left of its data directory.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@montana/foundation'
import { expect, it } from 'vitest'
import { tellFigure } from '../support/figure.js'
import { longIt } from '../support/long-it.js'
import { type Call, parseTrace, TRACE_ARGUMENTS } from '../support/power-loss/calls.js'
import { Disk } from '../support/power-loss/disk.js'
import { filesAfterLoss, LOSSES, type Loss, upTo } from '../support/power-loss/loss.js'
import { whyNoTrace } from '../support/power-loss/record.js'
import { type Announced, missingOf } from './support/announced.js'
import { temporaryFolder } from './support/montana.js'
import { type Member, MemberProcess, makeNetwork, type NetworkFiles } from './support/network.js'
import { killTraced, windowTold } from './support/traced-node.js'

/** Four of each kind. The five hundred of the goal are those of its store: packages/store/test/power-loss.long.test.ts. */
const RESTARTS = 4 * LOSSES.length
const WINDOWS = 24
const FLAGS = ['--min-window-ms', '200']
const READY_S = 10
const PATIENCE_MS = 60_000
const caseOf = whyNoTrace() === undefined ? longIt : it.skip

const filesIn = (dir: string) => new Map(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name))]))

async function traceNode(files: NetworkFiles, member: Member) {
  const [trace, base] = [join(files.dir, 'trace'), filesIn(member.dataDir)]
  const within = ['strace', '-qq', ...TRACE_ARGUMENTS, '-o', trace]
  const node = new MemberProcess(files, member, FLAGS, {}, { within })
  const announced: Announced = new Map()
  for (let window = 1; window <= WINDOWS; window++) {
    await node.reaches(window, PATIENCE_MS)
    for (const { window: of, header_hash: hash } of (await node.status()).recent) announced.set(of, hash)
  }
  await killTraced(node)
  expect(announced.size).toBe(WINDOWS)
  return { base, announced, calls: parseTrace(readFileSync(trace, 'latin1').split('\n'), member.dataDir) }
}

/** Puts in place what a loss of power after `cut` calls leaves. Returns the window that had been told by then. */
function losePower(
  dir: string,
  base: ReadonlyMap<string, Uint8Array>,
  calls: readonly Call[],
  loss: Loss,
  seed: number,
) {
  const disk = new Disk(dir, base)
  for (const call of calls) disk.apply(call)
  for (const name of readdirSync(dir)) rmSync(join(dir, name))
  // The index of the log may be there as well, or not.
  for (const [name, content] of filesAfterLoss(disk, loss, seededRandom(seed)))
    if (!name.endsWith('-shm') || seed % 2 === 1) writeFileSync(join(dir, name), content, { mode: 0o600 })
  return windowTold(calls.flatMap((call) => (call.kind === 'say' ? [call.text] : [])).join(''))
}

/** Resolves to the time until the node has cemented a window beyond `told`, ms. */
async function restartMs(files: NetworkFiles, member: Member, told: number): Promise<number> {
  const startMs = performance.now()
  const node = new MemberProcess(files, member, FLAGS)
  await node.reaches(told + 1, PATIENCE_MS)
  const tookMs = performance.now() - startMs
  node.signal('SIGKILL')
  await node.finished
  return tookMs
}

caseOf(
  `a node goes on within ${READY_S} s after each of ${RESTARTS} losses of power, behind no window that it had told`,
  async () => {
    const files = await makeNetwork(temporaryFolder(), ['moscow'])
    const [member] = files.members
    if (member === undefined) throw new Error('no member')
    const { base, announced, calls } = await traceNode(files, member)
    const random = seededRandom(7)
    const tookMs: number[] = []
    for (let restart = 0; restart < RESTARTS; restart++) {
      const loss = LOSSES[restart % LOSSES.length] as Loss
      const told = losePower(member.dataDir, base, calls.slice(0, upTo(random, calls.length)), loss, restart)
      tookMs.push(await restartMs(files, member, told))
      expect([restart, missingOf(member, announced, told)]).toEqual([restart, []])
    }
    const slowestS = Math.max(...tookMs) / 1_000
    tellFigure('r7-restart', slowestS)
    expect(slowestS).toBeLessThan(READY_S)
  },
  RESTARTS * PATIENCE_MS,
)
