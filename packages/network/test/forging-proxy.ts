import { connect, createServer, type Server, type Socket } from 'node:net'

const line = (text: string) => Buffer.concat([Buffer.from([text.length + 1]), Buffer.from(`${text}\n`)])
const HEADER = line('/multistream/1.0.0')
const HYBRID = line('/montana/noise-hybrid/1.0.0')
const NOT_AVAILABLE = line('na')

export interface ForgingProxy {
  readonly port: number
  /** Everything that dialers sent, per connection. */
  readonly heard: Buffer[]
  close(): Promise<void>
}

/**
 * Someone on the path: answers `na` to the hybrid proposal in the listener's name and lets everything else through.
 * `spoil` instead lets the proposal pass and breaks what follows it.
 */
export async function forgingProxy(targetPort: number, how: 'na' | 'spoil' = 'na'): Promise<ForgingProxy> {
  const sockets = new Set<Socket>()
  const heard: Buffer[] = []
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1')
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
    const index = heard.push(Buffer.alloc(0)) - 1
    client.on('data', (bytes) => {
      heard[index] = Buffer.concat([heard[index] ?? Buffer.alloc(0), bytes])
    })
    if (how === 'na') answerNa(client, target)
    else spoil(client, target)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: portOf(server), heard, close: () => closeAll(server, sockets) }
}

/** Consumes the hybrid line, answers it, and swallows the second header that the listener then sends. */
function answerNa(client: Socket, target: Socket): void {
  let sent = Buffer.alloc(0)
  const collect = (bytes: Buffer) => {
    sent = Buffer.concat([sent, bytes])
    if (sent.length < HEADER.length + HYBRID.length) return
    client.off('data', collect)
    client.write(Buffer.concat([HEADER, NOT_AVAILABLE]))
    target.write(HEADER)
    target.write(sent.subarray(HEADER.length + HYBRID.length))
    client.pipe(target)
  }
  client.on('data', collect)
  let skipped = 0
  target.on('data', (bytes) => {
    const skip = Math.min(bytes.length, HEADER.length - skipped)
    skipped += skip
    if (bytes.length > skip) client.write(bytes.subarray(skip))
  })
}

function spoil(client: Socket, target: Socket): void {
  let passed = 0
  client.on('data', (bytes) => {
    for (let at = 0; at < bytes.length; at++) {
      const isHandshake = passed + at >= HEADER.length + HYBRID.length + 2
      if (isHandshake) bytes[at] = (bytes[at] ?? 0) ^ 1
    }
    passed += bytes.length
    target.write(bytes)
  })
  target.pipe(client)
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
}
