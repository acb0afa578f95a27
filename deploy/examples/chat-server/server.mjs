#!/usr/bin/env node
// The other side of the example bot: a chat service with a queue of updates and a fenced way to answer them. It keeps the
// highest epoch in the same transaction as each reply, refuses lower ones, and takes a reply to an update once.
//   node server.mjs --port 9600 --data DIR [--host 127.0.0.1]
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ChatStore } from './store.mjs'

const BODY_MAX_BYTES = 64 * 1024
const UPDATES_MAX = 100
const EPOCH_MAX = 2n ** 64n - 1n

const { values } = parseArgs({
  options: { port: { type: 'string' }, host: { type: 'string', default: '127.0.0.1' }, data: { type: 'string' } },
})
if (values.port === undefined || values.data === undefined) {
  process.stderr.write('use: server.mjs --port N --data DIR [--host ADDRESS]\n')
  process.exit(2)
}
const store = new ChatStore(join(values.data, 'chat.sqlite'))

const routes = {
  // A person writes.
  'POST /messages': ({ body }) => ({ status: 200, answer: store.addMessage(String(body?.text ?? '')) }),
  'GET /replies': ({ query }) => ({ status: 200, answer: { replies: store.replies(Number(query.get('after') ?? 0)) } }),
  // The bot reads; an offset says which updates need not come again.
  'GET /updates': ({ query }) => ({
    status: 200,
    answer: { updates: store.updates(Number(query.get('offset') ?? 0), UPDATES_MAX) },
  }),
  // The bot answers: fenced by its epoch, once per update.
  'POST /replies': ({ headers, body }) => reply(headers, body),
  // An effect that no sink can fence; only counted.
  'POST /unfenced': ({ headers, body }) => ({ status: 200, answer: store.unfenced(headers, body) }),
  'GET /log': ({ query }) => ({ status: 200, answer: { log: store.log(Number(query.get('after') ?? 0)) } }),
  'GET /health': () => ({ status: 200, answer: { ok: true } }),
}

function reply(headers, body) {
  const epoch = headers['montana-epoch']
  const key = headers['montana-idempotency-key']
  if (!/^[1-9]\d{0,19}$/.test(epoch ?? '') || BigInt(epoch) > EPOCH_MAX)
    return refusal(428, 'EPOCH_MISSING', 'send Montana-Epoch')
  if (!/^[\w-]{1,64}$/.test(key ?? '')) return refusal(428, 'IDEMPOTENCY_KEY_MISSING', 'send Montana-Idempotency-Key')
  if (!Number.isSafeInteger(body?.update_id)) return refusal(400, 'REPLY_INVALID', 'send update_id')
  const result = store.reply({ epoch: BigInt(epoch), key, host: headers['montana-host'] ?? '', body })
  if (result.stale === undefined) return { status: 200, answer: result }
  const { status, answer } = refusal(409, 'EPOCH_STALE', 'a later leader has been here')
  return { status, answer: { ...answer, code: 'EPOCH_STALE', highest: String(result.stale) } }
}

function refusal(status, code, message) {
  return { status, answer: { error: { code, message, remedy: 'see three-mirror: the sink rule' } } }
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://chat')
  const route = routes[`${request.method} ${pathname}`]
  const send = ({ status, answer }) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer))
  }
  if (!route) return send(refusal(404, 'NOT_FOUND', 'no such route'))
  try {
    send(route({ headers: request.headers, query: searchParams, body: await readBody(request) }))
  } catch (error) {
    send(refusal(error.status ?? 500, error.code ?? 'INTERNAL', error.message))
  }
})

async function readBody(request) {
  if (request.method !== 'POST') return {}
  request.setEncoding('utf8')
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > BODY_MAX_BYTES) throw Object.assign(new Error('too large'), { status: 413, code: 'TOO_LARGE' })
  }
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw Object.assign(new Error('not JSON'), { status: 400, code: 'BODY_INVALID' })
  }
}

server.listen(Number(values.port), values.host, () => {
  const { address, port } = server.address()
  process.stdout.write(`${JSON.stringify({ event: 'listening', address, port })}\n`)
})
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.closeAllConnections()
    server.close(() => store.close())
  })
}
