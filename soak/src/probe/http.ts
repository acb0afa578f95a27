import { type IncomingMessage, request } from 'node:http'
import { STATUS_MAX_BYTES } from '../constants.js'
import { ProbeError } from './probe-error.js'

/**
 * GET of a JSON document, at most 1 MiB. A fresh connection each time: one kept from an earlier poll may belong to a
 * process that is gone, and its reset would read as "unreachable". Follows no redirect.
 */
export function getJson(url: URL, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, signal, headers: { accept: 'application/json' } }, (response) => {
      readJson(response).then(resolve, (error: unknown) => {
        outgoing.destroy()
        reject(error)
      })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

async function readJson(response: IncomingMessage): Promise<unknown> {
  if (response.statusCode !== 200) {
    throw new ProbeError('HTTP_STATUS', `the status address answered ${response.statusCode}`)
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > STATUS_MAX_BYTES)
      throw new ProbeError('STATUS_TOO_LARGE', `the status exceeds ${STATUS_MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return parseJson(Buffer.concat(chunks).toString('utf8'))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ProbeError('STATUS_INVALID', 'the status is not JSON')
  }
}
