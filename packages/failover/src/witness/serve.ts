import { join } from 'node:path'
import { selectPqBackend } from '@montana/crypto'
import { validKeys, watchRegistry } from '@montana/fleet'
import { type Logger, makeDirectory } from '@montana/foundation'
import { Closers } from '../assembly/closers.js'
import { openNodeIdentity } from '../channel/tls/identity.js'
import type { WitnessConfigFile } from './serve-config.js'
import { type HostKeys, startWitnessServer, type WitnessServer } from './server.js'

/** A witness with its identity and the registries of its groups; all of it ends with `close`. */
export async function serveWitness(config: WitnessConfigFile, logger: Logger): Promise<WitnessServer> {
  const closers = new Closers()
  try {
    return await open(config, logger, closers)
  } catch (error) {
    await closers.close()
    throw error
  }
}

async function open(config: WitnessConfigFile, logger: Logger, closers: Closers): Promise<WitnessServer> {
  const { privateKey } = await openNodeIdentity(config.identityDir)
  const backend = await selectPqBackend()
  closers.add(async () => await backend.close())
  const groups: Record<string, HostKeys> = {}
  for (const { group, registry: path, operators: operatorsPath } of config.groups) {
    const stateDir = join(config.stateDir, group)
    await makeDirectory(stateDir, 0o700)
    const modules = { verify: backend.verify.bind(backend), logger }
    const registry = await watchRegistry({ path, operatorsPath, stateDir }, modules)
    closers.add(async () => await registry.close())
    groups[group] = validKeys(registry)
  }
  const nowMs = () => performance.now()
  const server = await startWitnessServer({ name: config.name, ...config.listen }, { privateKey, groups, nowMs })
  closers.add(async () => await server.close())
  return { port: server.port, close: async () => await closers.close() }
}
