// A node as it runs, one call of whose store fails. Each of the first 200 calls: packages/store/test/failing-calls.long.test.ts.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@montana/foundation'
import { expect, it } from 'vitest'
import { CALLS, type FileCall, MARK } from '../support/failing-calls.js'
import { longIt } from '../support/long-it.js'
import { upTo } from '../support/power-loss/loss.js'
import { whyNoTrace } from '../support/power-loss/record.js'
import { montana, temporaryFolder, until } from './support/montana.js'
import { type Member, MemberProcess, makeNetwork, type NetworkFiles } from './support/network.js'
import { killTraced, windowTold } from './support/traced-node.js'

const FLAGS = ['--min-window-ms', '200']
/** Every fsync of the first windows, and writes by chance. */
const FSYNCS = 16
const WRITES = 7
const ERRORS = ['EIO', 'ENOSPC'] as const
/** Beyond all of these calls. */
const WINDOW = 5
const PATIENCE_MS = 60_000
const FILES = ['', 'store.db', 'store.db-wal', 'store.db-journal', 'store.db-shm', 'store.head']
const caseOf = whyNoTrace() === undefined ? longIt : it.skip

function chosen(): FileCall[] {
  const random = seededRandom(9)
  const fsyncs = Array.from({ length: FSYNCS }, (_, index) => ({ name: 'fsync', nth: index + 1 }) as const)
  const writes = Array.from({ length: WRITES }, () => ({ name: 'pwrite64', nth: 1 + upTo(random, 180) }) as const)
  return [{ name: 'rename', nth: 1 }, ...fsyncs, ...writes]
}

/** Starts a node of which one call fails, until it ends or goes on. */
async function runFailing(files: NetworkFiles, member: Member, { name, nth }: FileCall, error: string) {
  const trace = join(files.dir, 'trace')
  // Of a rename strace would look at the old name alone, which is that of a temporary file; the node makes no other before.
  const paths = (name === 'rename' ? [] : FILES).flatMap((file) => ['-P', join(member.dataDir, file)])
  const inject = ['-e', `trace=${CALLS.join()}`, '-e', `inject=${name}:error=${error}:when=${nth}`]
  const within = ['strace', '-qq', '-f', '-y', '-s', '0', '-e', 'signal=none', ...paths, ...inject, '-o', trace]
  const node = new MemberProcess(files, member, FLAGS, {}, { within })
  await until(async () => !node.isRunning || (await node.head()) >= WINDOW, PATIENCE_MS, `${name} ${nth}: an end`)
  const goesOn = node.isRunning
  await killTraced(node)
  const { code, stdout, stderr } = await node.finished
  const hit = readFileSync(trace, 'latin1')
    .split('\n')
    .find((line) => line.includes(MARK))
  return { goesOn, code, stderr, told: windowTold(stdout), hit: hit ?? 'nothing' }
}

async function restart(files: NetworkFiles, member: Member, told: number): Promise<void> {
  const node = new MemberProcess(files, member, FLAGS)
  await node.reaches(told + 1, PATIENCE_MS)
  node.signal('SIGTERM')
  expect((await node.finished).code).toBe(0)
}

async function failAt(call: FileCall, error: (typeof ERRORS)[number]): Promise<string> {
  const files = await makeNetwork(temporaryFolder(), ['moscow'])
  const [member] = files.members
  if (member === undefined) throw new Error('no member')
  const { goesOn, code, stderr, told, hit } = await runFailing(files, member, call, error)
  // SQLite does not heed its own fsync of the directory; ours comes after it, before anything is told.
  const isHeeded = !hit.includes('store.head') && !hit.includes('run.json') && !hit.includes(`<${member.dataDir}>`)
  const where = `${error} at ${call.name} ${call.nth}, ${hit}: ended with ${code}, ${stderr.slice(-300)}`
  expect(hit, where).toContain(MARK)
  if (!goesOn) expect(code, where).toBeGreaterThan(0)
  if (!goesOn) expect(stderr, where).toMatch(/^error: .*(check the disk|free space|EIO|ENOSPC)/m)
  if (goesOn && isHeeded) expect([where, error]).toEqual([where, 'ENOSPC'])
  await restart(files, member, told)
  const verified = await montana(['windows', 'verify', '--data-dir', files.dir, '--json'])
  expect(JSON.parse(verified.stdout).verdict, where).toBe('PASS')
  rmSync(files.dir, { recursive: true })
  return `${error} ${goesOn ? 'went on' : 'ended'}`
}

caseOf(
  'a node of which a call fails ends in order or waits for space, and goes on behind no window that it had told',
  async () => {
    const ends: string[] = []
    for (const call of chosen()) for (const error of ERRORS) ends.push(await failAt(call, error))
    const counts = Object.entries(Object.groupBy(ends, (end) => end)).map(([end, all]) => `${end} ${all?.length}`)
    process.stderr.write(`failing calls of a node: ${counts.join(', ')}\n`)
  },
  1_800_000,
)
