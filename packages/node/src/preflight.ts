import { access, constants, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { ConfigError, errorCode } from '@montana/foundation'

/** Checks that a data directory exists and can be written, without writing. */
export async function checkDataDir(dataDir: string): Promise<void> {
  const field = { field: 'dataDir', remedy: 'name a writable directory with --data-dir, or make one with montana init' }
  const info = await stat(dataDir).catch((error: unknown) => {
    throw new ConfigError(`data directory ${dataDir} ${reasonOf(error)}`, field)
  })
  if (!info.isDirectory()) throw new ConfigError(`data directory ${dataDir} is not a directory`, field)
  await access(dataDir, constants.W_OK | constants.X_OK).catch(() => {
    throw new ConfigError(`data directory ${dataDir} is not writable`, field)
  })
}

function reasonOf(error: unknown): string {
  return errorCode(error) === 'ENOENT' ? 'does not exist' : `cannot be used: ${errorCode(error)}`
}

/** Fails before anything is written when an address cannot be had; port 0 always can. */
export async function checkPortFree(host: string, port: number, field: string, flag: string): Promise<void> {
  if (port === 0) return
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const reason = errorCode(error) === 'EADDRINUSE' ? 'is in use' : `cannot be used (${errorCode(error)})`
      const remedy = `stop what uses it, or choose another with ${flag}`
      reject(new ConfigError(`${field} ${host}:${port} ${reason}`, { code: 'PORT_UNAVAILABLE', field, remedy }))
    })
    server.listen({ host, port }, () => server.close(() => resolve()))
  })
}
