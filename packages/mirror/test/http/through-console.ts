import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startConsole } from '@montana/console'
import { MontanaError } from '@montana/foundation'
import type { FastifyPluginAsync } from 'fastify'
import { type Mounted, TOKEN } from './world.js'

const gone = () => Promise.reject(new MontanaError('ENOENT', 'there is no socket'))

/** The routes below a console that was given all of its parts. Its agent does not answer. */
export async function throughConsole(mirrors: FastifyPluginAsync): Promise<Mounted> {
  const pageDir = mkdtempSync(join(tmpdir(), 'montana-console-'))
  for (const name of ['index.html', 'docs.html'])
    writeFileSync(join(pageDir, name), '<!doctype html><title>page</title>')
  const { url, stop } = await startConsole({
    ...{ nodes: [{ label: 'gone', statusUrl: 'http://127.0.0.1:9' }], port: 0, pageDir, token: TOKEN, mirrors },
    ...{ soakPath: join(pageDir, 'soak.jsonl') },
    failover: [{ label: 'amsterdam', status: gone, history: gone, command: gone }],
  })
  const close = async () => {
    await stop()
    rmSync(pageDir, { recursive: true, force: true })
  }
  return { port: Number(new URL(url).port), close }
}
