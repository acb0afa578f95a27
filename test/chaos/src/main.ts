import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNamespaces } from '@montana/netns'
import { nowMs } from './clock.js'
import { Recorder } from './history/recorder.js'
import { LABELS } from './mesh/constants.js'
import { makeFiles } from './mesh/files.js'
import { Mesh, OWN_BUILD } from './mesh/mesh.js'
import { makePlan } from './plan/plan.js'
import { execute } from './run/execute.js'
import { Links } from './world/links.js'
import { Reach } from './world/reach.js'

const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
const dir = mkdtempSync(join(tmpdir(), 'montana-chaos-'))
mkdirSync(dir, { recursive: true })
const network = createNamespaces(LABELS, String(process.pid))
const files = await makeFiles(dir, network.addressOf)
const recorder = new Recorder()
const mesh = new Mesh({ network, files, recorder, seed: 1, build: OWN_BUILD })
const minutes = Number(process.argv[2] ?? 2)
const t0 = nowMs()
const say = (line: string) => process.stdout.write(`${((nowMs() - t0) / 1000).toFixed(1)} ${line}\n`)
say(dir)
try {
  await mesh.start()
  const lacks = new Map(
    (['faketime', 'mounts', 'strace', 'second-build'] as const).map((a) => [a, 'not built'] as const),
  )
  const plan = makePlan({ seed: 1, minutes, lacks })
  const links = new Links(network, mesh.agents)
  const world = {
    nodeOf: (l: (typeof LABELS)[number]) => mesh.nodeOf(l),
    links,
    reach: new Reach(),
    signal: controller.signal,
  }
  await execute({ plan, world, recorder, lastMs: t0 + minutes * 60_000, onLine: say })
} catch (error) {
  say(String(error))
} finally {
  await mesh.close()
  await network.close()
  say(`${recorder.reads.length} reads, head ${recorder.head}`)
}
