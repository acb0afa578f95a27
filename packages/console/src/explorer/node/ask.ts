import { type IncomingMessage, request } from 'node:http'
import { withTimeout } from '@montana/foundation'
import { locate, type NodeSource, ProbeError, requireInstance } from '@montana/soak/formats'
import { parseJson } from '../../parse-json.js'

/** A node reads in turns and may have to count windows first; who waits longer is not looking any more. */
const READ_DEADLINE_MS = 8_000
/** The largest answer is a window that 256 members confirmed, about 200 kB. */
const ANSWER_MAX_BYTES = 2 ** 20
const INSTANCE_HEADER = 'montana-instance'

export interface NodeAnswer {
  readonly status: number
  /** Undefined where it is not JSON. */
  readonly body: unknown
}

/** GET of a read route. Throws ProbeError, TimeoutError, AbortError, and what the connection throws. */
export async function askNode(source: NodeSource, path: string, parent: AbortSignal): Promise<NodeAnswer> {
  if ('ssh' in source) throw new ProbeError('ASKED_BY_WATCHDOG', 'this node is asked over ssh, by the watchdog only')
  return await withTimeout(READ_DEADLINE_MS, parent, async (signal) => {
    const { url, instance } = await locate(source, signal)
    return await get(new URL(path, url), instance, signal)
  })
}

/** A fresh connection each time: one kept from earlier may belong to a process that is gone. */
function get(url: URL, instance: string | undefined, signal: AbortSignal): Promise<NodeAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, signal, headers: { accept: 'application/json' } }, (response) => {
      read(response, instance).then(resolve, (error: unknown) => {
        outgoing.destroy()
        reject(error)
      })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

async function read(response: IncomingMessage, instance: string | undefined): Promise<NodeAnswer> {
  requireInstance(instance, response.headers[INSTANCE_HEADER] ?? instance)
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > ANSWER_MAX_BYTES) throw new ProbeError('ANSWER_TOO_LARGE', 'the answer of the node is too large')
    chunks.push(chunk)
  }
  return { status: response.statusCode ?? 0, body: parseJson(Buffer.concat(chunks).toString('utf8')) }
}
