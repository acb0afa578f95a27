// A host in a process of its own, to be killed. Runs from the compiled package, by type stripping.
import { appendFileSync, existsSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { type BreathPeers, type BreathRequest, createBreathing, type JsonObject } from '@montana/breathing'
import { type Signer, selectPqBackend } from '@montana/crypto'

interface Task {
  readonly task: 'once' | 'write'
  readonly node: string
  readonly hosts: readonly string[]
  readonly folder: string
  readonly hub: string
  readonly git?: string
  /** Between two writes. */
  readonly pauseMs: number
  /** One per life, so that no two write the same record. */
  readonly life: number
}

const task = JSON.parse(process.argv[2] ?? '') as Task
/** Of the profile `fast`. */
const HEARTBEAT_MS = 1_000
const USERS = 'data/users.json'
const backend = await selectPqBackend()
const signers = new Map<string, Signer>()
for (const host of task.hosts) signers.set(host, await backend.importSigner(new Uint8Array(Buffer.alloc(32, host))))
const signer = signers.get(task.node)
if (!signer) throw new Error('no such host')

const verifier = {
  hosts: () => task.hosts,
  keysOf: (host: string) => [signers.get(host)?.publicKey ?? []].flat() as Uint8Array[],
  verify: backend.verify.bind(backend),
}
const breathing = createBreathing(
  {
    node: task.node,
    repo: join(task.folder, task.node),
    remote: task.hub,
    startDelaySeconds: 0,
    ...(task.git !== undefined && { git: task.git }),
  },
  { signer, verifier, ...(task.task === 'write' && { peers: socketPeers() }) },
)

if (task.task === 'once') process.exitCode = Object.values(await breathing.breathe()).every(Boolean) ? 0 : 1
else await writeUntilStopped()

/** Writes a record of its own and a field that all fight for; notes each only once it is acknowledged. */
async function writeUntilStopped(): Promise<void> {
  const running = breathing.run()
  setInterval(beat, HEARTBEAT_MS)
  const isOver = () => existsSync(join(task.folder, 'stop'))
  for (let n = 0; !isOver(); n++) {
    const key = `${task.node}-${task.life}-${n}`
    await sleep(task.pauseMs * (0.5 + Math.random()))
    try {
      const change = (value: unknown) => ({ ...(value as JsonObject), [key]: { n }, shared: { field: key } })
      const { stamp } = await breathing.update(USERS, change)
      note({ key, stamp, atMs: Date.now() })
    } catch (error) {
      note({ key, error: String(error), atMs: Date.now() })
    }
  }
  await running
}

/** What the agent does: heartbeats carry the head, so that a poke that was lost costs one. */
function beat(): void {
  const head = breathing.head()
  if (head === null) return
  for (const host of task.hosts.filter((name) => name !== task.node)) {
    ask(host, 'heartbeat', { head }, AbortSignal.timeout(HEARTBEAT_MS)).catch(() => {})
  }
}

function note(line: object): void {
  appendFileSync(join(task.folder, `acks-${task.node}.jsonl`), `${JSON.stringify(line)}\n`)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function socketOf(host: string): string {
  return join(task.folder, `${host}.sock`)
}

/** One request of HTTP over a unix socket per message. */
function socketPeers(): BreathPeers {
  return {
    names: () => task.hosts.filter((host) => host !== task.node),
    request: ask,
    onRequest: (handler) => {
      rmSync(socketOf(task.node), { force: true })
      const server = createServer((incoming, outgoing) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('end', () => {
          const { from, type, body } = JSON.parse(Buffer.concat(chunks).toString())
          if (type === 'heartbeat') breathing.noteHead(from, body.head)
          const answer = type === 'heartbeat' ? Promise.resolve({}) : handler(from, type, body)
          answer.then(
            (answer) => outgoing.end(JSON.stringify(answer)),
            () => outgoing.writeHead(500).end(),
          )
        })
      })
      server.listen(socketOf(task.node))
    },
  }
}

async function ask(
  host: string,
  type: BreathRequest | 'heartbeat',
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: socketOf(host), method: 'POST', signal }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        if (incoming.statusCode !== 200) reject(new Error(`${incoming.statusCode}`))
        else resolve(JSON.parse(Buffer.concat(chunks).toString()))
      })
    })
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify({ from: task.node, type, body }))
  })
}
