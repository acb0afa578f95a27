/**
 * A process like the agent, for tests: a loop that beats, a service that ignores SIGTERM and has a child of its own, and
 * the layers named on the command line. Prints one JSON line per alarm and one at the start; obeys lines on its input.
 */
import { createInterface } from 'node:readline'
import { FenceThread } from '../../dist/keeper/fence-thread.js'
import { Guard } from '../../dist/keeper/guard.js'
import { KeeperProcess } from '../../dist/keeper/keeper-process.js'
import { controlGroupFor } from '../../dist/process/control-groups.js'
import { ProcessGroup } from '../../dist/runner/process-group.js'

/** With a child that left the process group, where a control group holds it. */
const RUNAWAY = process.argv.includes('runaway') ? 'setsid sh -c "while :; do sleep 0.05; done" & ' : ''
const STUBBORN = 'trap "" TERM; sh -c \'trap "" TERM; while :; do sleep 0.05; done\' & while :; do sleep 0.05; done'
const BEAT_MS = 250
const SILENCE_MAX_MS = 2_000

const cgroup = controlGroupFor('bot')
const services = [{ service: 'bot', policy: 'serve', cgroup, unit: null }]
const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)
const modules = { alarm: (code: string, text: string) => say({ alarm: code, text }) }
const keeper = process.argv.includes('keeper') ? new KeeperProcess(modules) : undefined
const thread = process.argv.includes('thread') ? new FenceThread(services, modules) : undefined
const layers = [keeper, thread].filter((layer) => layer !== undefined)
const guard = new Guard({ services, silenceMaxMs: SILENCE_MAX_MS }, layers)
const service = new ProcessGroup({
  command: ['sh', '-c', RUNAWAY + STUBBORN],
  environment: {},
  cgroup,
  onOutput: () => {},
})
let actUntilMs: number | null = null

const commands: Record<string, (value: number) => void> = {
  block(ms) {
    for (const endMs = performance.now() + ms; performance.now() < endMs; );
  },
  stop: () => {
    service.signal('SIGKILL')
    void service.ended(1_000).then((isEnded) => say({ isEnded }))
  },
  exit: () => process.exit(0),
  until(ms) {
    actUntilMs = performance.now() + ms
  },
  keeper: () => say({ keeper: keeper?.pid }),
  close: () => void guard.close().then(() => say({ closed: true })),
  ended: () => guard.ended('bot'),
}

guard.began('bot', service.id ?? null)
setInterval(() => guard.beat({ actUntilMs: { serve: actUntilMs } }), BEAT_MS)
createInterface({ input: process.stdin }).on('line', (line) => {
  const [name = '', value] = line.split(' ')
  commands[name]?.(Number(value))
})
say({ pid: process.pid, group: service.id, keeper: keeper?.pid, cgroup })
