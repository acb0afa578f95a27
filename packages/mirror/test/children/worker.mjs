// A worker whose layers do as they are told: node worker.mjs FOLDER run|drain ok|gate|hang|deaf
// `gate` waits for a file named go in the folder; `hang` ends when it is aborted, `deaf` does not. Says when a layer begins and ends, and how the worker did.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { silentLogger, systemRandom, systemTime } from '@montana/foundation'
import { createWorker, openMirrorStore } from '../../dist/index.js'

const [folder, mode, behaviour] = process.argv.slice(2)
const say = (line) => process.stdout.write(`${line}\n`)
const store = openMirrorStore(folder)
const controller = new AbortController()
process.on('SIGTERM', () => controller.abort())

async function runLayer(mirror, layer, signal) {
  say(`begin ${mirror}/${layer}`)
  while (behaviour === 'gate' && !existsSync(join(folder, 'go'))) await wait(10)
  if (behaviour === 'hang') await wait(600_000, undefined, { signal })
  if (behaviour === 'deaf') await wait(600_000)
  say(`end ${mirror}/${layer}`)
  return { status: 'ok' }
}

const targets = ['a', 'b'].map((name) => {
  return { name, layers: ['code'], pushTimeoutMs: { first: 600_000, later: 600_000 }, fingerprint: 'same' }
})
const timing = { debounceMs: 20, spacingMs: 20, pollMs: 20, renewMs: 100, stopGraceMs: 300, reconcileMs: 3_600_000 }
const modules = { store, runLayer, classOf: () => 'transient', alert: () => {} }
const worker = createWorker(
  { targets, timing },
  { ...modules, time: systemTime, random: systemRandom, log: silentLogger },
)
try {
  const result = await worker[mode](controller.signal)
  say(`done ${result?.runs ?? 'run'}`)
} catch (error) {
  say(`${error.code} ${error.exitCode ?? ''}`.trim())
}
store.close()
process.exit(0)
