import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { REPORT_MAX_BYTES } from '../constants.js'
import { ApiError } from '../errors.js'
import { REPORT_POLICY } from './guard.js'

/** What a report consists of; no other name is looked up in its folder. */
const FILES: Readonly<Record<string, string>> = {
  'report.html': 'text/html; charset=utf-8',
  'report.md': 'text/plain; charset=utf-8',
  'report.json': 'application/json',
}

/** The latest report as it was written, for reading. */
export function addReportRoute(app: FastifyInstance, folder: string): void {
  app.get<{ Params: { file: string } }>('/report/:file', async ({ params: { file } }, reply) => {
    const type = Object.hasOwn(FILES, file) ? FILES[file] : undefined
    const path = join(folder, file)
    const found = type === undefined ? undefined : await stat(path).catch(() => undefined)
    if (!type || !found?.isFile() || found.size > REPORT_MAX_BYTES) throw notThere()
    return reply.header('content-security-policy', REPORT_POLICY).type(type).send(createReadStream(path))
  })
}

function notThere(): ApiError {
  return new ApiError(404, 'NOT_FOUND', 'there is no such report', {
    remedy: "write one with 'montana soak report --out DIR', DIR the folder 'report' beside the soak file",
  })
}
