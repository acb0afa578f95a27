import { request } from 'node:http'

export interface UnixAnswer {
  readonly status: number
  readonly text: string
}

export interface UnixQuestion {
  readonly socketPath: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly signal: AbortSignal
}

const TIMEOUT_MS = 5_000
const ANSWER_MAX_BYTES = 16 * 2 ** 20

/** One question over HTTP on a unix socket. Rejects with the error of the system, TIMEOUT, or an abort. */
export function askUnix({ body, ...question }: UnixQuestion): Promise<UnixAnswer> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const asked = request({ ...question, headers, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > ANSWER_MAX_BYTES) asked.destroy(new RangeError(`more than ${ANSWER_MAX_BYTES} bytes`))
        chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    })
    asked.on('timeout', () => asked.destroy(Object.assign(new Error('timed out'), { code: 'TIMEOUT' })))
    asked.on('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
