import { parseArgs } from 'node:util'
import { nowMs } from '@montana/chaos/program'
import { Asker } from './asker.js'
import type { ClientWrite } from './lines.js'

/** Writes ten times a second to whoever serves, whether or not it has heard of the last ones; a JSON line per request. */
const EVERY_MS = 100

const { values } = parseArgs({ options: { hosts: { type: 'string', default: '' } } })
const hosts = values.hosts.split(',').map((entry) => entry.split('=') as [string, string])
const asker = new Asker(new Map(hosts))
let id = 0
const timer = setInterval(() => void write(++id), EVERY_MS)
const stop = () => {
  clearInterval(timer)
  process.exit(0)
}
process.once('SIGTERM', stop)
process.once('disconnect', stop)

async function write(id: number): Promise<void> {
  const sentMs = nowMs()
  const host = await asker.ask(`/writes/${id}`)
  const line: ClientWrite = { id, sentMs, endMs: nowMs(), isOk: host !== undefined, host: host ?? null }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
