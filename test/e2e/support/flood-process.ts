import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'

/**
 * The attacker, in a process of its own: `node flood-process.ts PLAN`. Runs the plan, prints one JSON line and ends; a
 * sink prints its port first and runs until it is ended. Nothing but the runtime, so that it starts at once.
 */
export type Plan =
  | { readonly kind: 'sink' }
  | (Target & { readonly kind: 'handshakes'; readonly perSecond: number; readonly profile?: Profile })
  | (Target & { readonly kind: 'slow'; readonly stage: SlowStage; readonly sockets: number })
  | (Target & { readonly kind: 'na'; readonly sockets: number })

export type Profile = 'pq' | 'hybrid'

/** Where one byte per second begins: in negotiation, in message 1, or in message 3 after all that is before it. */
export type SlowStage = 'negotiation' | 'message1' | 'message3'

interface Target {
  readonly port: number
  /** Local addresses in turn. */
  readonly sources: readonly string[]
  readonly seconds: number
}

export interface FloodReport {
  readonly seconds: number
  readonly attempted: number
  readonly connected: number
  /** Received a second handshake message: in pq a signature, in hybrid the key agreements of the outer handshake. */
  readonly answered: number
  /** No connection came about. */
  readonly failed: number
  /** The longest that the target kept one of the connections, in milliseconds. */
  readonly longestMs: number
}

const HOST = '127.0.0.1'
const TICK_MS = 10
const DRIP_MS = 1000
const REOPEN_MS = 50
/** Longer than any deadline of a node: whatever is still open by then was not closed by it. */
const HOLD_MS = 15_000
/** More than all answers of a negotiation, less than a second message. */
const ANSWER_BYTES: Readonly<Record<Profile, number>> = { pq: 4096, hybrid: 128 }

const line = (text: string) => Buffer.from(`${String.fromCharCode(text.length + 1)}${text}\n`, 'latin1')
const NEGOTIATION = Buffer.concat([line('/multistream/1.0.0'), line('/montana/noise-pq-xx/1.0.0')])
const HYBRID = Buffer.concat([line('/multistream/1.0.0'), line('/montana/noise-hybrid/1.0.0')])
const NA_LINE = line('/montana/nothing/1.0.0')

/** `total_len (u16 LE) ‖ ek`: a key that passes every check, and no padding. Spec transport 4.2. */
function message1(): Buffer {
  const { publicKey } = generateKeyPairSync('ml-kem-768')
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-1184)
  return Buffer.concat([Buffer.of(key.length & 0xff, key.length >> 8), key])
}

/** First message of an outer Noise handshake: `u16 BE length ‖ X25519 key`. Spec transport 6.1. */
function outerMessage1(): Buffer {
  const { publicKey } = generateKeyPairSync('x25519')
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return Buffer.concat([Buffer.of(0, key.length), key])
}

/** The announced length of a third message and its body, nonsense of the right size. */
function message3(): Buffer {
  return Buffer.concat([Buffer.of(6349 & 0xff, 6349 >> 8), randomBytes(6349)])
}

const counts = { attempted: 0, connected: 0, answered: 0, failed: 0, longestMs: 0 }
const open = new Set<Socket>()

type Attacked = Target & { readonly profile?: Profile }

/** One connection: what it sends at once, and what it does from then on. `onEnd` comes once, however it ends. */
function attack(
  { port, sources, profile = 'pq' }: Attacked,
  first: Buffer,
  goOn: (socket: Socket) => void,
  onEnd = () => {},
): void {
  const localAddress = sources[counts.attempted++ % sources.length]
  const socket = connect({ host: HOST, port, ...(localAddress !== undefined && { localAddress }) })
  open.add(socket)
  let connectedMs: number | undefined
  let received = 0
  socket.setNoDelay(true)
  socket.on('connect', () => {
    connectedMs = performance.now()
    counts.connected += 1
    if (first.length > 0) socket.write(first)
    goOn(socket)
  })
  socket.on('data', (data) => {
    const enough = ANSWER_BYTES[profile]
    if (received < enough && received + data.length >= enough) counts.answered += 1
    received += data.length
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    open.delete(socket)
    if (connectedMs === undefined) counts.failed += 1
    else counts.longestMs = Math.max(counts.longestMs, Math.round(performance.now() - connectedMs))
    onEnd()
  })
  setTimeout(() => socket.resetAndDestroy(), HOLD_MS).unref()
}

/** At an even rate, whatever becomes of them; what the loop could not begin in time begins late. */
function handshakes(plan: Extract<Plan, { kind: 'handshakes' }>): () => void {
  const isHybrid = plan.profile === 'hybrid'
  const first = Buffer.concat(isHybrid ? [HYBRID, outerMessage1()] : [NEGOTIATION, message1()])
  const startedMs = performance.now()
  const timer = setInterval(() => {
    const due = ((performance.now() - startedMs) / 1000) * plan.perSecond
    while (counts.attempted < due) attack(plan, first, () => {})
  }, TICK_MS)
  return () => clearInterval(timer)
}

/** As many connections as the plan wants, each replaced as soon as it is closed. */
function keepOpen(plan: Target & { readonly sockets: number }, begin: (again: () => void) => void): () => void {
  let isOver = false
  const again = () => {
    if (!isOver) setTimeout(() => !isOver && begin(again), REOPEN_MS)
  }
  for (let index = 0; index < plan.sockets; index++) begin(again)
  return () => {
    isOver = true
  }
}

function slow(plan: Extract<Plan, { kind: 'slow' }>): () => void {
  const [first, rest] = {
    negotiation: () => [Buffer.alloc(0), NEGOTIATION] as const,
    message1: () => [NEGOTIATION, message1()] as const,
    message3: () => [Buffer.concat([NEGOTIATION, message1()]), message3()] as const,
  }[plan.stage]()
  return keepOpen(plan, (again) => attack(plan, first, (socket) => drip(socket, rest), again))
}

function drip(socket: Socket, bytes: Buffer): void {
  let sent = 0
  const timer = setInterval(() => {
    if (sent < bytes.length) socket.write(bytes.subarray(sent, ++sent))
  }, DRIP_MS)
  socket.on('close', () => clearInterval(timer))
}

function naFlood(plan: Extract<Plan, { kind: 'na' }>): () => void {
  const lines = Buffer.concat(Array.from({ length: 100 }, () => NA_LINE))
  const first = NEGOTIATION.subarray(0, NEGOTIATION.indexOf('\n') + 1)
  return keepOpen(plan, (again) =>
    attack(
      plan,
      first,
      (socket) => {
        const timer = setInterval(() => socket.write(lines), TICK_MS)
        socket.on('close', () => clearInterval(timer))
      },
      again,
    ),
  )
}

/** Accepts and closes: what the same flood costs a host on which nothing answers. */
function sink(): void {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.resetAndDestroy()
  })
  server.listen(0, HOST, () => say({ port: (server.address() as { port: number }).port }))
}

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

function begin(plan: Exclude<Plan, { kind: 'sink' }>): () => void {
  switch (plan.kind) {
    case 'handshakes':
      return handshakes(plan)
    case 'slow':
      return slow(plan)
    case 'na':
      return naFlood(plan)
  }
}

function run(plan: Plan): void {
  if (plan.kind === 'sink') return sink()
  const startedMs = performance.now()
  const stop = begin(plan)
  setTimeout(() => {
    stop()
    const report: FloodReport = { seconds: (performance.now() - startedMs) / 1000, ...counts }
    say(report)
    for (const socket of open) socket.destroy()
    process.exit(0)
  }, plan.seconds * 1000)
}

run(JSON.parse(process.argv[2] ?? '') as Plan)
