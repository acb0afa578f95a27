#!/usr/bin/env node
// A small bot that one host of a group runs at a time: reads updates, answers each once, and never after its epoch is over.
//   node bot.mjs --chat http://127.0.0.1:9600 --port 9000 [--data DIR] [--host 127.0.0.1] [--notices]
// What failover gives it: MONTANA_EPOCH, MONTANA_HOST, MONTANA_MODE, MONTANA_EFFECTS. Its files are in --data, else in
// STATE_DIRECTORY, which systemd sets, else in ~/.example-bot.
import { createServer } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ChatAway, ChatClient, StaleEpoch } from './chat-client.mjs'
import { Outbox } from './outbox.mjs'

/** Between two looks for updates. */
const POLL_MS = 50
/** The service manager kills what takes longer to end. */
const FAREWELL_MS = 400

const { values } = parseArgs({
  options: {
    chat: { type: 'string' },
    port: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string' },
    // Also says "…" before each answer: an effect that nothing can fence, left out where MONTANA_EFFECTS is none.
    notices: { type: 'boolean', default: false },
  },
})
if (!values.chat || !values.port) {
  process.stderr.write('use: bot.mjs --chat URL --port N [--data DIR] [--host ADDRESS] [--notices]\n')
  process.exit(2)
}
const { MONTANA_EPOCH: epoch, MONTANA_HOST: host = 'unnamed' } = process.env
const { MONTANA_MODE: mode = 'CHAIN', MONTANA_EFFECTS: effects = 'all' } = process.env
if (!/^\d+$/.test(epoch ?? '')) {
  process.stderr.write('MONTANA_EPOCH is missing: start this bot through montana failover\n')
  process.exit(78)
}

const controller = new AbortController()
const outbox = await Outbox.open(values.data ?? process.env.STATE_DIRECTORY ?? join(homedir(), '.example-bot'))
const chat = new ChatClient({ url: values.chat, epoch, host })
let progress = 0

const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ ok: true, progress, epoch, host, mode, effects }))
})
server.listen(Number(values.port), values.host)
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => end(0))

try {
  await work(controller.signal)
} catch (error) {
  if (error instanceof StaleEpoch) {
    process.stderr.write(`epoch ${epoch} is over: ${error.highest} has been seen\n`)
    end(3)
  } else if (!controller.signal.aborted) throw error
}

async function work(signal) {
  while (!signal.aborted) {
    progress += 1
    await step(signal).catch((error) => {
      // For a moment: the updates wait there. Anything else, a full disk say, ends the bot, so that another host works.
      if (!(error instanceof ChatAway)) throw error
    })
    await sleep(POLL_MS, undefined, { signal }).catch(() => {})
  }
}

async function step(signal) {
  // What an earlier life wrote down and may not have sent goes first; the chat service takes each once.
  for (const entry of outbox.pending()) await deliver(entry, signal)
  for (const { id, text } of await chat.updates(outbox.offset, signal)) {
    const entry = { key: `update-${id}`, updateId: id, text: answerTo(text) }
    await outbox.add(entry)
    if (values.notices && effects !== 'none') await chat.notice(entry, signal)
    await deliver(entry, signal)
  }
}

async function deliver(entry, signal) {
  await chat.reply(entry, signal)
  await outbox.sent(entry)
  progress += 1
}

function answerTo(text) {
  return `you said: ${text}`
}

function end(code) {
  process.exitCode = code
  controller.abort()
  server.closeAllConnections()
  server.close()
  setTimeout(() => process.exit(code), FAREWELL_MS).unref()
}
