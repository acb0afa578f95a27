import { createServer, type ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'
import { Sink } from './sink.js'

/**
 * The service that the group keeps alive: it takes writes from the network and says yes only when the fenced sink has taken
 * the effect in the epoch of this tenure. `--sink URL --port N`; what failover gives it: MONTANA_EPOCH, MONTANA_HOST.
 */
const CONFIG = 78
const STALE = 3
const TURN_MS = 100

const { values } = parseArgs({ options: { sink: { type: 'string' }, port: { type: 'string' } } })
const { MONTANA_EPOCH: epoch = '', MONTANA_HOST: host = '' } = process.env
if (!values.sink || !values.port || !/^\d+$/.test(epoch)) process.exit(CONFIG)
const sink = new Sink({ url: values.sink, epoch, host })
let progress = 0
setInterval(() => (progress += 1), TURN_MS)

const server = createServer((request, response) => {
  const [, id] = /^\/writes\/(\d{1,15})$/.exec(request.url ?? '') ?? []
  if (id === undefined || request.method !== 'POST') return send(response, 200, { ok: true, progress, epoch, host })
  void write(Number(id), response)
})
server.listen(Number(values.port), '0.0.0.0')
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0))

async function write(id: number, response: ServerResponse): Promise<void> {
  const outcome = await sink.take(id)
  send(response, outcome === 'taken' ? 200 : 503, { outcome, epoch, host })
  // A later leader has been at the sink.
  if (outcome === 'stale') response.once('close', () => process.exit(STALE))
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(answer))
}
